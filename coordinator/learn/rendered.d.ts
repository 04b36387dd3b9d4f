/** The sections' formulas as the build has rendered them. */
declare module "*.rendered" {
  /** MathML by section. A number's place has the class `val-` and its name. */
  const rendered: Readonly<Record<string, readonly string[]>>;
  export default rendered;
}
