/** Paths of dropped files, whose folders the browser does not tell. @type {WeakMap<File, string>} */
const droppedPaths = new WeakMap();

/** @param {File} file @param {string} path below the dropped folder */
export function setRelativePath(file, path) {
  droppedPaths.set(file, path);
  return file;
}

/** The path below the chosen folder; the name alone for a file without a folder. @param {File} file */
export const relativePath = (file) =>
  droppedPaths.get(file) ?? (file.webkitRelativePath.split("/").slice(1).join("/") || file.name);

/** Identifies a file, also when it is chosen again. @param {File} file */
export const fileIdentity = (file) => `${relativePath(file)}|${file.size}|${file.lastModified}`;
