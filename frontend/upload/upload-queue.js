// Photos before their upload, in the browser's database, so that a reload loses no photo.
//
// Up to a limit the queue stores the bytes; above the limit only the identity, and the page asks for the files again.

const DATABASE = "photo-critic";
const STORE = "upload-queue";
const MAX_BYTES = 500_000_000;

/** Stored bytes, by key. @type {Map<string, number>} */
const sizes = new Map();
/** @type {Promise<IDBDatabase | null> | null} */
let database = null;

/** Null in browsers without a database for this page, such as some private windows. */
function open() {
  database ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open(DATABASE, 2);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return database;
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} action
 * @returns {Promise<T | null>} null for a failure: uploads work without a queue
 */
async function run(mode, action) {
  const opened = await open();
  if (!opened) return null;
  return new Promise((resolve) => {
    const transaction = opened.transaction(STORE, mode);
    const request = action(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => resolve(null);
  });
}

/** Store a photo, above the limit without its bytes. @param {QueueEntry} entry */
export async function save(entry) {
  sizes.set(entry.key, entry.blob?.size ?? 0);
  const fits = [...sizes.values()].reduce((sum, size) => sum + size, 0) <= MAX_BYTES;
  if (fits && (await run("readwrite", (store) => store.put(entry))) !== null) return;
  sizes.delete(entry.key);
  await run("readwrite", (store) => store.put({ ...entry, blob: null }));
}

/** Remove an uploaded or cancelled photo. @param {string} key */
export function remove(key) {
  sizes.delete(key);
  return run("readwrite", (store) => store.delete(key));
}

/** The album's photos that are not uploaded yet. @param {string} album @returns {Promise<QueueEntry[]>} */
export async function entriesOf(album) {
  const entries = /** @type {QueueEntry[]} */ ((await run("readonly", (store) => store.getAll())) ?? []);
  return entries.filter((entry) => entry.album === album);
}
