import { describe, expect, it } from "vitest";
import { asName } from "../../../src/content/platforms/names";

describe("Names", () => {
  it.each([
    ["  Ana\n Prieto ", "Ana Prieto"],
    ["李小龍", "李小龍"],
    ["ana@example.org", undefined],
    ["Ana (ana@example.org)", undefined],
    ["ana@localhost", undefined],
    ["{color: red}", undefined],
    ["<b>Ana</b>", undefined],
    ["Ana\u202e oteirP", "Ana oteirP"],
    ["\u200b\u2066", undefined],
    ["x".repeat(81), undefined],
    ["", undefined],
    [null, undefined],
  ])("reads %j as %j", (text, name) => {
    expect(asName(text)).toBe(name);
  });

  it("may stand in much space, but is not looked for in a megabyte", () => {
    expect(asName(`Ana${" ".repeat(500)}Prieto`)).toBe("Ana Prieto");
    expect(asName(`Ana${" ".repeat(1_000_000)}`)).toBeUndefined();
  });
});
