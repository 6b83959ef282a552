// From text to answers: what afro_comet/predict.py computes, computed in the browser.
import * as ort from "./ort.wasm.bundle.min.mjs";
import { Tokenizer } from "./tokenizers.min.mjs";

// Words as in predict.py. SPACE holds what Python calls white space; \s of JavaScript differs in a few characters.
const SPACE = "\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const MARKS = "\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\ufe20-\\ufe2f" +
  "\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u07eb-\\u07f3\\u200c\\u200d\\u20d0-\\u20ff\\ufe00-\\ufe0f";
const LETTERS = `[\\p{L}\\p{N}_${MARKS}]+`;
const WORD = new RegExp(`(?:['‘’](?=[yY]))?${LETTERS}(?:['‘’]${LETTERS})*|[^${SPACE}][${MARKS}]*`, "gu");
const CHUNK = new RegExp(`[^${SPACE}]+`, "gu");
const LINK = new RegExp(`(https?://|www\\.|@)[^${SPACE}]*`, "gu");

const spans = (text, pattern) => [...text.matchAll(pattern)].map((m) => [m.index, m.index + m[0].length]);

/** Unpack gzip; some servers unpack it on the way, and then there is nothing to do. */
async function unpack(bytes) {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Return the bytes of a file of this folder. */
async function read(name) {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name} cannot be loaded (${response.status}).`);
  return unpack(new Uint8Array(await response.arrayBuffer()));
}

/** Return the bytes of a file of the bundle; throw if its SHA-256 is not the one in checksums.json. */
async function readChecked(name, stored, sums) {
  const bytes = await read(stored);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sum = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (sum !== sums[name]) throw new Error(`${name} is damaged: it is not the file that checksums.json names.`);
  return bytes;
}

const parse = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

/** Return the most probable label, its probability, and the probability of each label. */
function probabilities(logits, { labels, temperature }) {
  const top = Math.max(...logits);
  const raised = Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  const total = raised.reduce((sum, value) => sum + value, 0);
  const all = raised.map((value) => value / total);
  const best = all.indexOf(Math.max(...all));
  return { label: labels[best], probability: all[best], probabilities: all };
}

/** Join the tags of words to entities: B- begins one, I- of the same kind goes on with it, another I- begins one. */
function joinWords(words) {
  const found = [];
  let before = "O";
  for (const { label, probability, start, end } of words) {
    const inside = label.startsWith("I-");
    const kind = inside || label.startsWith("B-") ? label.slice(2) : label;
    if (inside && kind === before) {
      found.at(-1).end = end;
      found.at(-1).parts.push(probability);
    } else found.push({ label: kind, start, end, parts: [probability] });
    before = kind;
  }
  const mean = (parts) => parts.reduce((sum, value) => sum + value, 0) / parts.length;
  return found.filter(({ label }) => label !== "O").map(({ parts, ...one }) => ({ ...one, probability: mean(parts) }));
}

/** Return the characters of a text as a wide part reads them: composed, in lower case, links and names shortened. */
function codePoints(text) {
  const short = text.normalize("NFC").toLowerCase().replace(LINK, (_, begin) => (begin === "@" ? "@" : "/"));
  return Array.from(` ${(short.match(CHUNK) ?? []).join(" ")} `, (character) => character.codePointAt(0) || 32);
}

/** Load the bundle and check it. Return { bundle, answer, leaveOut, size }; throw an Error of one sentence. */
export async function loadModel() {
  if (!globalThis.crypto?.subtle) throw new Error("The page must come over https, or from this machine (localhost).");
  const sums = parse(await read("checksums.json"));
  const bundle = parse(await readChecked("bundle.json", "bundle.json", sums));
  const tokenizer = new Tokenizer(parse(await readChecked("tokenizer.json", "tokenizer.json.gz", sums)), {});
  const bytes = await readChecked("model.onnx", "model.onnx.gz", sums);
  ort.env.wasm.numThreads = 1; // so that the server need not send special headers
  ort.env.wasm.wasmBinary = await read("ort-wasm-simd-threaded.wasm.gz");
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });

  const ids = (text, special = false) => tokenizer.encode(text, { add_special_tokens: special }).ids;
  const [framed, bare] = [ids("a", true), ids("a")];
  const head = framed.slice(0, framed.indexOf(bare[0]));
  const tail = framed.slice(head.length + bare.length);
  const room = bundle.length - head.length - tail.length;
  const shorten = (text) => (text.length > bundle.length * 64 ? [...text].slice(0, bundle.length * 64).join("") : text);

  const tensor = (data) => new ort.Tensor("int64", data, [1, data.length]);

  /** Run the model on the ids of one text, alone: in a batch, int8 answers depend on the neighbours. */
  async function logits(inner, text) {
    const row = BigInt64Array.from([...head, ...inner.slice(0, room), ...tail], BigInt);
    const feed = { input_ids: tensor(row), attention_mask: tensor(row.map(() => 1n)) };
    if (session.inputNames.includes("characters")) {
      feed.characters = tensor(BigInt64Array.from(codePoints(text), BigInt));
    }
    return (await session.run(feed)).logits.data;
  }

  async function classify(text) {
    const inner = ids(text);
    return { ...probabilities(await logits(inner, text), bundle), cut: inner.length > room };
  }

  async function tag(text) {
    const words = spans(text, WORD).map(([start, end]) => ({ start, end, ids: ids(text.slice(start, end)) }));
    const inner = words.flatMap((word) => word.ids);
    const [rows, count] = [await logits(inner, text), bundle.labels.length];
    const tagged = [];
    let at = 0;
    for (const { start, end, ids: own } of words) {
      const from = (head.length + at) * count;
      if (own.length && at < room) tagged.push({ start, end, ...probabilities(rows.slice(from, from + count), bundle) });
      at += own.length;
    }
    return { entities: joinWords(tagged), cut: inner.length > room };
  }

  /** Answer a text: null for one of white space. */
  async function answer(text) {
    const kept = shorten(text);
    if (!kept.match(CHUNK)) return null;
    const found = await (bundle.kind === "tagging" ? tag : classify)(kept);
    return { ...found, cut: found.cut || kept.length < text.length };
  }

  /** Yield for each word how much the probability of a label falls when the word is left out. */
  async function* leaveOut(text, { label, probability }) {
    const words = spans(shorten(text), CHUNK).slice(0, room);
    for (const [start, end] of words.length > 1 ? words : []) {
      const rest = await classify(text.slice(0, start) + text.slice(end));
      yield { start, end, weight: probability - rest.probabilities[bundle.labels.indexOf(label)] };
    }
  }

  return { bundle, answer, leaveOut, size: bytes.length };
}
