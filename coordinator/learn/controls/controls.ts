/** @file The controls of a section: sliders with named stops, and choices. Native elements, so keys work. */
import { create, setText } from "../../dashboard/page.ts";
import { shortly } from "../language.ts";
import {
  type ChoiceField,
  type Field,
  fromSlider,
  type NumberField,
  sliderSteps,
  toSlider,
} from "../state/schema.ts";
import type { Control, ControlOptions, NamedStop } from "./control.ts";
import { createPad } from "./pad.ts";

/** A control for a field, with the texts of its choices. */
export function createControl(
  { field, ...options }: ControlOptions<Field>,
  textOf: (choice: string) => string,
): Control {
  if (field.kind === "choice") return createChoice({ ...options, field }, textOf);
  return field.kind === "drawing"
    ? createPad({ ...options, field })
    : createSlider({ ...options, field });
}

function createSlider({ id, field, label, changed }: ControlOptions<NumberField>): Control {
  const element = create("div", "control");
  const name = create("label", "", label);
  const slider = sliderOf(field);
  const value = isTyped(field) ? numberBox(field, label, changed) : create("output", "number");
  const stops = create("div", "stops");
  name.htmlFor = slider.id = id;
  slider.addEventListener("input", () => changed(fromSlider(field, Number(slider.value))));
  element.append(name, value, slider, stops);
  let shownStops = "";
  return {
    element,
    show(now, named = []) {
      const text = shortly(Number(now));
      if (value instanceof HTMLInputElement) value.value = String(now);
      else setText(value, text);
      slider.value = String(toSlider(field, Number(now)));
      slider.setAttribute("aria-valuetext", text);
      const key = JSON.stringify(named);
      if (key === shownStops) return;
      shownStops = key;
      stops.replaceChildren(...named.map((stop) => stopButton(stop, changed)));
    },
  };
}

/** A slider with more values than positions cannot reach each of them, so they can be typed, too. */
function isTyped({ isWhole, min, max }: NumberField): boolean {
  return isWhole === true && max - min > sliderSteps;
}

function numberBox(
  { min, max }: NumberField,
  label: string,
  changed: (value: number) => void,
): HTMLInputElement {
  const box = create("input", "number");
  box.type = "number";
  box.min = String(min);
  box.max = String(max);
  box.setAttribute("aria-label", label);
  box.addEventListener("change", () => {
    if (box.value !== "") changed(Number(box.value));
  });
  return box;
}

function stopButton({ text, value }: NamedStop, changed: (value: number) => void): HTMLElement {
  const button = create("button", "small stop", text);
  button.type = "button";
  button.addEventListener("click", () => changed(value));
  return button;
}

/** A bare slider for a number field. */
export function sliderOf(field: NumberField): HTMLInputElement {
  const slider = create("input");
  slider.type = "range";
  slider.min = "0";
  slider.max = String(sliderSteps);
  // A whole number moves by one with each press of an arrow, if there are not too many of them.
  const count = field.max - field.min;
  slider.step =
    field.isWhole === true && field.scale === undefined ? String(sliderSteps / count) : "5";
  return slider;
}

function createChoice(
  { id, field, label, changed }: ControlOptions<ChoiceField>,
  textOf: (choice: string) => string,
): Control {
  const element = create("fieldset", "control choice");
  const options = create("div", "options");
  element.append(create("legend", "", label), options);
  const inputs = field.of.map((choice) => {
    const input = create("input");
    input.type = "radio";
    input.name = id;
    input.value = choice;
    input.addEventListener("change", () => changed(choice));
    const box = create("label");
    box.append(input, create("span", "", textOf(choice)));
    options.append(box);
    return input;
  });
  return {
    element,
    show(now) {
      for (const input of inputs) input.checked = input.value === now;
    },
  };
}
