/** See build.mjs: the bundled script as a string. */
declare module "*?source" {
  const text: string;
  export default text;
}
