// The sentences of the gallery of a share link, except those in shared.html and those of the server.

export const sentences = {
  untitled: "Shared photos",
  noLink: "This address is incomplete: open the whole link that you received.",
  noPhotos: "There are no photos here yet.",
  notSaved: "The heart could not be saved.",
  noOriginal: "The photo could not be downloaded.",
  /** @param {number} count */
  photos: (count) => (count === 1 ? "One photo" : `${count.toLocaleString("en")} photos`),
  /** @param {string} date */
  expires: (date) => `Available until ${date}.`,
  hearts: "Hearts are suggestions to the photographer.",
  /** @param {number} number @param {number} total @param {string} [name] */
  photo: (number, total, name) => (name ? `${name}, photo ${number} of ${total}` : `Photo ${number} of ${total}`),
  /** @param {string} name */
  heart: (name) => `${name}: favourite`,
};
