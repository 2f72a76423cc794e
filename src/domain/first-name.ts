// Titles we greet with in our six languages, without their full stop.
const TITLES = new Set(
  `mr mrs ms miss mx dr prof sir madam herr frau fräulein monsieur madame mademoiselle m mme mlle
   señor señora señorita sr sra srta don doña signor signora signorina sig dott dottor dottoressa senhor senhora dom dona`
    .split(/\s+/)
    .map((title) => title.normalize('NFC')),
);

const COMPANY_ENDINGS = new Set(
  'ltd llc inc corp co plc gmbh ag kg ug ohg ev sa sas sarl eurl sl slu spa srl lda ltda bv nv'.split(' '),
);

// Other scripts are left whole: many put the family name first, and a surname alone is rude.
const GIVEN_NAME = /^\p{Script=Latin}[\p{Script=Latin}\p{M}'’-]+$/u;

/**
 * How a friendly person would greet the contact: "Ada" of "Ada Lovelace". Where the first word may be no given name (a
 * title, an initial, a company, another script, "Lovelace, Ada") the whole name; null when there is none.
 */
export function firstName(name: string | null): string | null {
  const words = (name ?? '').normalize('NFC').split(/\s+/).filter(Boolean);
  const [first] = words;
  if (first === undefined) return null;
  const isGreetable =
    GIVEN_NAME.test(first) && !TITLES.has(first.toLowerCase()) && !words.some(isCompanyEnding);
  return isGreetable ? first : words.join(' ');
}

function isCompanyEnding(word: string): boolean {
  return COMPANY_ENDINGS.has(word.toLowerCase().replaceAll(/[.,]/g, ''));
}
