/** What the build made of the sections' formulas and of the code that they point to. */
declare module "*.rendered" {
  const rendered: Readonly<
    Record<
      string,
      {
        /** MathML. A number's place has the class `val-` and its name. */
        readonly formulas: readonly string[];
        readonly code: readonly {
          readonly file: string;
          readonly name: string;
          readonly source: string;
        }[];
      }
    >
  >;
  export default rendered;
}
