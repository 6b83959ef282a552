// Keeps every file of this page on the device, so that it works without a network.
// `version` and `files` (name: bytes) stand above: afro_comet.page writes them.
const prefix = `afro-comet ${self.registration.scope} `;

/** Tell the pages how much has arrived. */
async function tell(loaded) {
  const total = Object.values(files).reduce((sum, size) => sum + size, 0);
  const pages = await self.clients.matchAll({ includeUncontrolled: true });
  for (const page of pages) page.postMessage({ loaded, total });
}

/** Store all files, or none. */
async function store() {
  const cache = await caches.open(prefix + version);
  let loaded = 0;
  const counter = () => new TransformStream({
    transform(chunk, out) {
      tell((loaded += chunk.length));
      out.enqueue(chunk);
    },
  });
  for (const name of Object.keys(files)) {
    const response = await fetch(name, { cache: "no-cache" });
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    const { status, headers } = response;
    await cache.put(name, new Response(response.body.pipeThrough(counter()), { status, headers }));
  }
}

/** Drop the files of other versions and serve the pages that are open. */
async function start() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(prefix) && name !== prefix + version);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function serve(request) {
  const cache = await caches.open(prefix + version);
  return (await cache.match(request)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(store()));
self.addEventListener("activate", (event) => event.waitUntil(start()));
self.addEventListener("fetch", (event) => event.respondWith(serve(event.request)));
