/**
 * @file Ends a process of an older Node with one line. Imported before everything else, because other modules use what
 * older versions do not have as soon as they are loaded, and would end with a stack trace.
 */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `promedio needs Node.js 20.19 or newer, and this is ${process.version}: get it from https://nodejs.org\n`,
  );
  process.exit(1);
}
