// The visitor's API key, stored while the browser tab lives.

const STORAGE_KEY = "photo-critic-api-key";

/** @type {KeyPrompt} */
let prompt = async () => "";
/** The open prompt, shared by all requests that wait for a key. @type {Promise<boolean> | null} */
let prompting = null;

/** @returns {string | null} */
export const storedKey = () => sessionStorage.getItem(STORAGE_KEY);

/** The page's dialog for a key. @param {KeyPrompt} keyPrompt */
export function setKeyPrompt(keyPrompt) {
  prompt = keyPrompt;
}

/** Prompt for a key, once for all requests that need one. @param {string | null} rejected the key of the failed request
 * @param {string} code the server's error code @returns {Promise<boolean>} true when there is another key for a retry */
export function requestKey(rejected, code) {
  if (storedKey() !== rejected) return Promise.resolve(true); // an earlier prompt brought another key
  prompting ??= prompt(code)
    .then(storeKey)
    .finally(() => {
      prompting = null;
    });
  return prompting;
}

/** @param {string} key */
function storeKey(key) {
  if (key) sessionStorage.setItem(STORAGE_KEY, key);
  return key !== "";
}
