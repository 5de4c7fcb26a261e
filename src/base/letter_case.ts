/**
 * Letter case as Go's `strings.ToLower` and `strings.ToUpper` have it: each character by itself to one other,
 * where JavaScript knows of longer ones (`ß` → `SS`) and of neighbours (a `Σ` that ends a word).
 */

/** The text in lower case. */
export function toLower(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return mapCharacters(text, (character) => {
    // The only one whose lower case is longer: an i with its dot spelled out.
    if (character === "İ") return "i";
    return character.toLowerCase();
  });
}

/** The text in upper case. */
export function toUpper(text: string): string {
  if (isAscii(text)) return text.toUpperCase();
  return mapCharacters(text, (character) => {
    const upper = character.toUpperCase();
    return isOneCharacter(upper) ? upper : (singleUpper.get(character) ?? character);
  });
}

/**
 * Greek vowels with an iota below: of those whose upper case is longer, only these have a single character
 * for it too (https://www.unicode.org/Public/UCD/latest/ucd/UnicodeData.txt, simple uppercase mapping).
 */
const iotaBelow = [..."ᾀᾁᾂᾃᾄᾅᾆᾇᾐᾑᾒᾓᾔᾕᾖᾗᾠᾡᾢᾣᾤᾥᾦᾧᾳῃῳ"];
const iotaBeside = [..."ᾈᾉᾊᾋᾌᾍᾎᾏᾘᾙᾚᾛᾜᾝᾞᾟᾨᾩᾪᾫᾬᾭᾮᾯᾼῌῼ"];
const singleUpper = new Map(iotaBelow.map((lower, index) => [lower, iotaBeside[index]]));

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII has them.
  return /^[\x00-\x7f]*$/.test(text);
}

function isOneCharacter(text: string): boolean {
  return [...text].length === 1;
}

function mapCharacters(text: string, map: (character: string) => string): string {
  let mapped = "";
  for (const character of text) mapped += map(character);
  return mapped;
}
