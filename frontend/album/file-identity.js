/** Identifies a file on the visitor's disk, also when it is chosen again. @param {File} file */
export const fileIdentity = (file) => `${file.webkitRelativePath || file.name}|${file.size}|${file.lastModified}`;
