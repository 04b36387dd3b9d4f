/** @file Folders of pictures: what is in them, and what can't be read. */

export const pictures = {
  "sharp-missing":
    "reading pictures takes the package sharp, which is not installed here; run: npm install sharp",
  "images-is-a-file":
    "{path} is a file; images: takes a folder with one folder of pictures per class, so unpack it first",
  "no-pictures-for-records":
    "the model was not trained on pictures such as {path}; give it a table",
  "no-pictures":
    "{path} has no PNG, JPEG, WebP or GIF pictures in folders, one folder per class; it holds {found}",
  "pictures-without-class":
    "{path} needs one folder of pictures per class, and no pictures beside them",
  "pictures-of-one-class":
    "{path} has one class, {name}; classification needs at least two, so add a folder of another",
  "folders-too-deep": "{path} is nested too deep; is it a link to a folder above?",
  "folders-empty": "{count = 1 ? folder : folders} without pictures left out: {paths}",
  "split-without-classes":
    "{path} has no folders of classes, so it is left out and the test samples are drawn from the others",
  "no-picture-names":
    "files that are not PNG, JPEG, WebP or GIF by their names are left out: {found}",
  "inspecting-pictures": "looking at {count} {count = 1 ? picture : pictures}: {percent} %",
  "reading-pictures": "reading {count} {count = 1 ? picture : pictures}: {percent} %",
  "pictures-kept": "{pictures} pictures of {width} × {height}, {color}",
  "pictures-kept-decoded":
    "{count} {count = 1 ? picture was : pictures were} decoded before and {count = 1 ? is : are} taken from the cache",
  "pictures-scaled":
    "{pictures} pictures of {sizes}: scaled to {width} × {height}, {color}[terminal]; --image-size and --color change that",
  "in-grey": "in grey",
  "in-color": "in colour",
  "too-many-pictures":
    "{pictures} pictures of {size} take {bytes} bytes; at most {bytesMax} are accepted, so choose a smaller size[terminal] with --image-size",
  "pictures-broken":
    "{count} of {total} pictures can't be read: {pictures}; replace {count = 1 ? it : them}[terminal], or leave {count = 1 ? it : them} out with --on-broken skip",
  "pictures-skipped":
    "{count} of {total} pictures can't be read and {count = 1 ? is : are} left out: {pictures}",
  "picture-with-reason": "{path} ({reason})",
  "and-more-pictures": "{pictures} and {count} more",
  "picture-format": "it is not a PNG, JPEG, WebP or GIF picture",
  "picture-too-large": "it has too many pixels",
  "picture-damaged": "it is damaged or cut short",
} as const;
