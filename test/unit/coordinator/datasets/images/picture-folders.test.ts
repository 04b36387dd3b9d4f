/** Folders as people and systems leave them, and files that are no pictures. */
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { damaged, damages, expectLine } from "../../../../support/attacks/bad-files.ts";
import { cases } from "../../../../support/fixtures/effort.ts";
import { type Files, four, grey, ImageFolder, plain } from "./image-folder.ts";
import { halves, maker, png, type Rgb } from "./made-pictures.ts";

const make = await maker();

let at: ImageFolder;
beforeEach(async () => {
  at = await ImageFolder.create();
});
afterEach(() => at.remove());

const red: Rgb = [250, 10, 10];
const blue: Rgb = [10, 10, 250];

const under = (prefix: string) =>
  Object.fromEntries(Object.entries(four).map(([name, bytes]) => [prefix + name, bytes]));

const accented = (name: string) => ({
  [`train/${name}/foto número 1.png`]: grey(1),
  "train/🐶 dog/b.png": grey(2),
  [`test/${name}/ä.png`]: grey(3),
});

describe.skipIf(make === undefined)("odd folders that are read rightly", () => {
  const wanted = { names: ["cat", "dog"], shape: [2, 3], trainTargets: [0, 1] };

  test("an archive's folder around everything", async () => {
    expect(plain(await at.load(under("archive/data/")))).toMatchObject(wanted);
  });

  test("names with spaces, accents and emoji, the same however a system spells the accents", async () => {
    const one = await at.load(accented("gato bebé"));
    expect(one.target.names).toEqual(["gato bebé", "🐶 dog"]);
    await rm(at.path, { recursive: true });
    await mkdir(at.path);
    expect((await at.load(accented("gato bebé".normalize("NFD")))).sha256).toBe(one.sha256);
  });

  test("folders within a class belong to it", async () => {
    const files = { ...four, "train/cat/black/kitten/z.png": grey(9) };
    const dataset = await at.load(files);
    expect([...dataset.train.targets]).toEqual([0, 0, 1]);
  });

  test("classes that are numbers are in the order of the numbers", async () => {
    const files = Object.fromEntries(
      [10, 9, 2, 0].flatMap((label) => [1, 2].map((i) => [`${label}/${i}.png`, grey(label)])),
    );
    expect((await at.load(files)).target.names).toEqual(["0", "2", "9", "10"]);
  });

  test("other systems' own files are passed over in silence, other files with a line", async () => {
    const own = {
      "train/.DS_Store": grey(0),
      "train/cat/._a.png": Buffer.from("x"),
      "__MACOSX/x/a.png": grey(0),
      "train/cat/Thumbs.db": grey(0),
    };
    const dataset = await at.load({
      ...four,
      ...own,
      "train/cat/labels.csv": Buffer.from("a"),
      "train/dog/b.bmp": Buffer.from("BM"),
      "train/dog/c.bmp": Buffer.from("BM"),
    });
    expect(plain(dataset)).toMatchObject(wanted);
    expect(at.notes.slice(1)).toEqual([
      "files that are not PNG, JPEG, WebP or GIF by their names are left out: 2 × .bmp, 1 × .csv",
    ]);
  });

  test("an empty folder of a class is left out with a line", async () => {
    await mkdir(join(at.path, "train/ant"), { recursive: true });
    expect(plain(await at.load(four))).toMatchObject(wanted);
    expect(at.notes.slice(1)).toEqual(["folder without pictures left out: DIR/train/ant"]);
  });

  test("a class that only the test split has is said", async () => {
    const dataset = await at.load({ ...four, "test/cow/e.png": grey(1) });
    expect(dataset.target.names).toEqual(["cat", "cow", "dog"]);
    expect(at.notes.slice(1)).toEqual([
      "class cow has no training sample, so the network can't learn it",
    ]);
  });

  test("a test folder without classes is left out, and test samples are drawn", async () => {
    const files = {
      "train/cat/1.png": grey(1),
      "train/cat/2.png": grey(2),
      "train/dog/1.png": grey(3),
      "train/dog/2.png": grey(4),
      "test/9.png": grey(9),
    };
    const dataset = await at.load(files);
    expect([dataset.train.count, dataset.test.count]).toEqual([3, 1]);
    expect(at.notes.slice(1)).toEqual([
      "DIR/test has no folders of classes, so it is left out and the test samples are drawn from the others",
    ]);
  });

  test("broken pictures are left out on request, and named", async () => {
    const dataset = await at.load(
      {
        ...four,
        "train/cat/0.png": Buffer.from("not a picture"),
        "train/dog/x.png": grey(7).subarray(0, 60),
      },
      { onBroken: "skip" },
    );
    expect(plain(dataset)).toEqual(plain(await at.load(four, { onBroken: "skip" })));
    expect(at.notes[1]).toMatch(
      /^2 of 6 pictures can't be read and are left out: DIR\/train\/cat\/0\.png \(it is not a PNG, JPEG, WebP or GIF picture\), DIR\/train\/dog\/x\.png \(.+\)$/u,
    );
  });
});

describe.skipIf(make === undefined)("a picture that is damaged in 1 to 4 places", () => {
  test.each(["png", "jpeg", "webp", "gif"] as const)(
    "%s is read, or refused in one line that names it",
    async (format) => {
      const whole = await halves(make!, 16, 12, [red, blue])[format]().toBuffer();
      let refused = 0;
      const property = fc.asyncProperty(damages, async (changes) => {
        const odd = { [`train/cat/x.${format}`]: damaged(whole, changes) };
        try {
          const { train, featureCount } = await at.load({ ...four, ...odd }, { imageSize: "8x6" });
          expect(train.features).toHaveLength(3 * featureCount);
        } catch (error) {
          expectLine(error, /cat\/x\./u);
          refused += 1;
        }
      });
      await fc.assert(property, { numRuns: cases(40) });
      expect(refused).toBeGreaterThan(10);
    },
  );
});

describe.skipIf(make === undefined)("what can't be read is refused in one line", () => {
  test("pictures that are no pictures, with the first three of them", async () => {
    const text = Buffer.from("hello");
    const broken = Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`train/cat/${i}.jpg`, text]));
    expect(await at.refusal({ ...four, ...broken })).toBe(
      "5 of 9 pictures can't be read: DIR/train/cat/1.jpg (it is not a PNG, JPEG, WebP or GIF picture), DIR/train/cat/2.jpg (it is not a PNG, JPEG, WebP or GIF picture), DIR/train/cat/3.jpg (it is not a PNG, JPEG, WebP or GIF picture) and 2 more; replace them, or leave them out with --on-broken skip",
    );
  });

  const one = "1 of 5 pictures can't be read: DIR/train/cat/x";
  test.each([
    ["an empty file", async () => Buffer.alloc(0), ".png", `${one}.png (`],
    [
      "a PNG cut short",
      async () => (await halves(make!, 60, 60, [red, blue]).png().toBuffer()).subarray(0, 120),
      ".png",
      `${one}.png (it is damaged or cut short)`,
    ],
    [
      "a JPEG cut short",
      async () => (await halves(make!, 60, 60, [red, blue]).jpeg().toBuffer()).subarray(0, 400),
      ".jpg",
      `${one}.jpg (it is damaged or cut short)`,
    ],
    [
      "a WebP cut short",
      async () => (await halves(make!, 60, 60, [red, blue]).webp().toBuffer()).subarray(0, 60),
      ".webp",
      `${one}.webp (it is damaged or cut short)`,
    ],
    [
      "a GIF cut short",
      async () => (await halves(make!, 60, 60, [red, blue]).gif().toBuffer()).subarray(0, 40),
      ".gif",
      `${one}.gif (it is damaged or cut short)`,
    ],
    [
      "a TIFF named .jpg",
      async () => halves(make!, 6, 6, [red, blue]).tiff().toBuffer(),
      ".jpg",
      `${one}.jpg (it is not a PNG, JPEG, WebP or GIF picture)`,
    ],
    [
      "an SVG named .png",
      async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>'),
      ".png",
      `${one}.png (it is not a PNG, JPEG, WebP or GIF picture)`,
    ],
    [
      "a PNG that claims 100,000 × 100,000 pixels",
      async () => {
        const bomb = png([[1, 2, 3]]);
        bomb.writeUInt32BE(100_000, 16);
        bomb.writeUInt32BE(100_000, 20);
        return bomb;
      },
      ".png",
      `${one}.png (`,
    ],
  ])("%s", async (_what, odd, ending, message) => {
    expect(await at.refusal({ ...four, [`train/cat/x${ending}`]: await odd() })).toContain(message);
  });

  test("a folder named like a picture", async () => {
    await mkdir(join(at.path, "train/cat/x.png"), { recursive: true });
    expect(await at.refusal(four)).toContain(`${one}.png (it is not a file)`);
  });

  test("only broken pictures, even if they may be left out", async () => {
    const broken = { "train/cat/a.png": Buffer.from("x"), "train/dog/a.png": Buffer.from("x") };
    expect(await at.refusal(broken, { onBroken: "skip" })).toContain(
      "no PNG, JPEG, WebP or GIF pictures",
    );
  });

  const folders: [string, Files, string][] = [
    [
      "one class",
      { "cat/a.png": grey(1), "cat/b.png": grey(2) },
      "DIR has one class, cat; classification needs at least two, so add a folder of another",
    ],
    [
      "pictures without folders",
      { "a.png": grey(1), "b.png": grey(2) },
      "DIR needs one folder of pictures per class, and no pictures beside them",
    ],
    [
      "pictures beside the folders",
      { "a.png": grey(1), "cat/b.png": grey(2), "dog/b.png": grey(2) },
      "DIR needs one folder of pictures per class, and no pictures beside them",
    ],
    [
      "other files only",
      { "cat/a.bmp": grey(1), "dog/a.bmp": grey(1) },
      "DIR has no PNG, JPEG, WebP or GIF pictures in folders, one folder per class; it holds 2 × .bmp",
    ],
    [
      "a file",
      { "pictures.zip": Buffer.from("PK") },
      "DIR/pictures.zip is a file; images: takes a folder",
    ],
  ];
  test.each(folders)("%s", async (what, files, message) => {
    const place = what === "a file" ? join(at.path, "pictures.zip") : at.path;
    expect(await at.refusal(files, {}, place)).toContain(message);
  });

  test("an empty at.path, and no folder", async () => {
    expect(await at.refusal({})).toContain("DIR needs one folder of pictures per class");
    expect(await at.refusal({}, {}, join(at.path, "no"))).toContain(
      "DIR/no: there is no such file or folder",
    );
  });

  test("a link to a folder above", async () => {
    await at.write(four);
    await symlink(at.path, join(at.path, "train/cat/loop"));
    expect(await at.refusal({})).toContain("is nested too deep; is it a link to a folder above?");
  });

  test("a share of a split that is there", async () => {
    expect(await at.refusal(four, { test: 0.5 })).toBe(
      "--test 0.5: the data have a test split of their own; leave it out",
    );
  });
});
