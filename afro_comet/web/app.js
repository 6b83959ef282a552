// What the visitor sees. Text reaches the page as textContent only, never as markup.
import { LANGUAGES } from "./examples.js";
import { loadModel } from "./model.js";

const TITLES = { sentiment: "Sentiment", ner: "Names in a text", pos: "Parts of speech", topic: "Topic",
  news: "News topic", emotion: "Emotion" };
const KINDS = { PER: "person", ORG: "organisation", LOC: "place", DATE: "date" };
const LIMITS = "Answers hold for texts like those that the model has learned from; its card names them. It errs on irony, " +
  "on mixed languages and on dialects. A probability is right on average, not for each text. An answer alone should decide " +
  "nothing about a person.";

const $ = (id) => document.getElementById(id);
const say = (id, text) => ($(id).textContent = text);
const percent = (share) =>
  share > 0.995 ? "> 99 %" : share < 0.005 ? "< 1 %" : `${Math.round(100 * share)} %`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const inWords = new Intl.ListFormat("en-GB");
const ordered = (codes) => [...new Set([...Object.keys(LANGUAGES).filter((code) => codes.includes(code)), ...codes])];
const rest = () => new Promise((done) => setTimeout(done)); // lets the browser draw and take input

/** Make an element that holds a text. */
function make(tag, text = "", options = {}) {
  const element = Object.assign(document.createElement(tag), options);
  element.textContent = text;
  return element;
}

/** Store all files on the device; return whether that worked. Without it the page works while the network does. */
async function keep() {
  try {
    navigator.serviceWorker.addEventListener("message", ({ data }) => showProgress(data));
    navigator.serviceWorker.startMessages();
    const { active, installing } = await navigator.serviceWorker.register("sw.js");
    if (active || !installing) return true;
    return await new Promise((done) => installing.addEventListener("statechange", () => {
      if (["activated", "redundant"].includes(installing.state)) done(installing.state === "activated");
    }));
  } catch {
    return false;
  }
}

function showProgress({ loaded, total }) {
  Object.assign($("progress"), { hidden: false, value: loaded, max: total });
  say("status", `Loading ${megabytes(total)}, once.`);
}

/** Describe the model, its page and its limits. */
async function describe({ bundle, size }, kept) {
  const { total, model } = await (await fetch("page.json")).json();
  const names = ordered(bundle.languages).map((code) => LANGUAGES[code]?.name ?? code);
  document.title = `${TITLES[bundle.task] ?? bundle.task} · ${bundle.name}`;
  say("title", TITLES[bundle.task] ?? bundle.task);
  say("languages", `In ${inWords.format(names)}.`);
  say("name", bundle.name);
  say("size", `${megabytes(size)}, ${megabytes(model)} to load`);
  say("transfer", `${megabytes(total)} to load`);
  say("network", kept ? "not needed: all files are on this device" : "needed to load the page");
  say("license", bundle.license);
  say("limits", `${LIMITS} It reads at most ${bundle.length} tokens, about ${Math.round(bundle.length / 2)} words.`);
}

/** Offer a choice of languages, and the sentences of the one that is chosen. */
function offerExamples({ languages, kind }) {
  for (const code of ordered(languages).filter((code) => code in LANGUAGES)) {
    const { name, tag, [kind]: texts } = LANGUAGES[code];
    const choice = make("input", "", { type: "radio", name: "language", id: code });
    const label = make("label", name, { htmlFor: code, lang: tag });
    choice.addEventListener("change", () => $("examples").replaceChildren(...texts.map((text) => {
      const button = make("button", text, { type: "button", lang: tag });
      button.addEventListener("click", () => {
        Object.assign($("text"), { value: text, lang: tag });
        $("text").dispatchEvent(new Event("input"));
      });
      return button;
    })));
    $("choice").append(choice, label);
  }
  $("choice").querySelector("input")?.click();
}

/** Show the probability of each label as a bar. */
function showBars(labels, { probabilities, label }) {
  $("bars").replaceChildren(...labels.map((name, i) => {
    const row = make("li", "", { className: name === label ? "best" : "" });
    const bar = make("span", "", { className: "bar" });
    bar.style.setProperty("--share", probabilities[i]);
    row.append(make("span", name, { className: "label" }), bar, make("span", percent(probabilities[i])));
    return row;
  }));
}

/** Fill the marked text: `parts` are { start, end, note, className }, in order. */
function showMarked(text, parts) {
  const nodes = [];
  let at = 0;
  for (const { start, end, note, className, weight = 0 } of parts) {
    const word = make("span", "", { className: `word ${className}` });
    word.style.setProperty("--weight", Math.min(1, Math.abs(weight) * 3));
    word.append(make("b", text.slice(start, end)), make("small", note));
    nodes.push(text.slice(at, start), word);
    at = end;
  }
  $("marked").replaceChildren(...nodes, text.slice(at));
}

function showClass(labels, answer) {
  const { label, probability } = answer;
  const sure = probability > 0.9 ? "very sure" : probability > 0.7 ? "fairly sure" : "not sure";
  say("answer", `${label}, ${percent(probability)}`);
  say("sure", `The model is ${sure}.`);
  showBars(labels, answer);
}

function showEntities(text, entities) {
  const found = entities.map(({ start, end, label, probability }) =>
    ({ start, end, className: "entity", note: `${KINDS[label] ?? label} ${percent(probability)}` }));
  say("answer", found.length ? `${found.length} marked` : "None found");
  say("marked-title", "In the text");
  say("marked-help", "Each name has its kind, and how sure the model is of it.");
  showMarked(text, found);
}

const signed = (weight) => (weight < 0 ? "−" : "+") + Math.abs(Math.round(100 * weight));

/** Show what each word weighs, as the weights come; stop when `current` says so. */
async function showWeights(model, text, answer, current) {
  say("marked-title", "Which words weigh");
  say("marked-help", `Left out, a word changes the probability of “${answer.label}”: ` +
    "+\u00a0speaks for it, −\u00a0against it, in percentage points.");
  const parts = [];
  showMarked(text, parts);
  for await (const { start, end, weight } of model.leaveOut(text, answer)) {
    if (!current()) return;
    const className = Math.abs(weight) < 0.005 ? "none" : weight > 0 ? "for" : "against";
    parts.push({ start, end, weight, className, note: className === "none" ? "0" : signed(weight) });
    showMarked(text, parts);
    await rest();
  }
}

/** Measure the time of an answer: the median of five. */
async function measure(model, text, current) {
  const times = [];
  while (times.length < 5 && current()) {
    const start = performance.now();
    await model.answer(text);
    times.push(performance.now() - start);
    await rest();
  }
  if (current()) say("time", `${times.sort((a, b) => a - b)[2].toFixed(1)} ms in this browser, median of 5`);
}

let turn = 0;

/** Answer the text in the field; a later text ends the work on an earlier one. */
async function respond(model) {
  const mine = ++turn;
  const current = () => mine === turn;
  const text = $("text").value;
  const answer = await model.answer(text);
  if (!current()) return;
  $("result").hidden = answer === null;
  say("note", answer?.cut ? `Only the first ${model.bundle.length} tokens of this text are read.` : "");
  if (answer === null) return;
  say("time", "…");
  if (answer.entities) showEntities(text, answer.entities);
  else showClass(model.bundle.labels, answer);
  await rest();
  await measure(model, text, current);
  if (!answer.entities && current()) await showWeights(model, text, answer, current);
}

async function main() {
  say("status", "Loading…");
  const kept = await keep();
  const model = await loadModel();
  await describe(model, kept);
  offerExamples(model.bundle);
  let wait;
  $("text").addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(() => respond(model).catch(fail), 150);
  });
  $("loading").hidden = true;
  $("input").hidden = $("about").hidden = false;
  $("offer").hidden = !$("choice").hasChildNodes();
  $("examples").querySelector("button")?.click();
}

function fail(error) {
  $("loading").hidden = false;
  $("progress").hidden = true;
  say("status", error.message);
}

main().catch(fail);
