import { fetchPhoto } from "../server/photos.js";

const CACHE_SIZE = 60;
const NEVER_ABORTED = new AbortController().signal;

/** @type {Map<string, Photo>} */
const photos = new Map();
/** @type {Map<string, Promise<Photo>>} */
const requests = new Map();

/** @param {string} id @returns {Photo | undefined} */
export const cachedPhoto = (id) => photos.get(id);

/** @param {string} id @returns {Promise<Photo>} */
export async function photoOf(id) {
  const known = photos.get(id);
  if (known) return known;
  const request = requests.get(id) ?? fetchPhoto(id, NEVER_ABORTED).finally(() => requests.delete(id));
  requests.set(id, request);
  return store(await request);
}

/** @param {Photo} photo */
function store(photo) {
  if (photo.critique) photos.set(photo.id, photo);
  const [oldest] = photos.keys();
  if (photos.size > CACHE_SIZE && oldest) photos.delete(oldest);
  return photo;
}
