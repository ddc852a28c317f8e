// What has not been sent yet, kept in the browser's database, so that a reload in the middle loses nothing.
//
// The photo itself is kept while there is room for it; of others only who they are, and the page asks for them again.

/**
 * @typedef {object} Kept
 * @property {string} key the idempotency key: sent twice, it is one photo
 * @property {string} album
 * @property {string} name
 * @property {string} identity
 * @property {boolean} original
 * @property {boolean} packed `blob` is what is to be sent
 * @property {Blob | null} blob
 */

const DATABASE = "photo-critic";
const STORE = "outbox";
const MOST_BYTES = 500_000_000;

/** How large what is kept is, by key. @type {Map<string, number>} */
const sizes = new Map();
/** @type {Promise<IDBDatabase | null> | null} */
let opened = null;

/** Tells a file from others, also when it is chosen again. @param {File} file */
export const identityOf = (file) => `${file.webkitRelativePath || file.name}|${file.size}|${file.lastModified}`;

/** Null where the browser has no database for this page, as in some private windows. */
function open() {
  opened ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return opened;
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T | null>} null when it could not be done: whoever asks can live without
 */
async function run(mode, act) {
  const database = await open();
  if (!database) return null;
  return new Promise((resolve) => {
    const transaction = database.transaction(STORE, mode);
    const request = act(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => resolve(null);
  });
}

/** Keep it, without the photo when there is no room. @param {Kept} kept */
export async function keep(kept) {
  sizes.set(kept.key, kept.blob?.size ?? 0);
  const fits = [...sizes.values()].reduce((sum, size) => sum + size, 0) <= MOST_BYTES;
  if (fits && (await run("readwrite", (store) => store.put(kept))) !== null) return;
  sizes.delete(kept.key);
  await run("readwrite", (store) => store.put({ ...kept, blob: null }));
}

/** It has arrived, or is not wanted any more. @param {string} key */
export function drop(key) {
  sizes.delete(key);
  return run("readwrite", (store) => store.delete(key));
}

/** Everything of that album that is still to be sent. @param {string} album @returns {Promise<Kept[]>} */
export async function unsent(album) {
  const all = /** @type {Kept[]} */ ((await run("readonly", (store) => store.getAll())) ?? []);
  return all.filter((kept) => kept.album === album);
}
