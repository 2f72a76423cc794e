import { AppError, type FieldError } from '../../domain/errors';

const COLUMNS = new Set([
  'externalId',
  'channel',
  'sequence',
  'contact.externalId',
  'contact.name',
  'contact.email',
  'contact.phone',
  'contact.timeZone',
  'contact.locale',
  'lastMessage.direction',
  'lastMessage.text',
  'lastMessage.sentAt',
  'lastMessage.externalId',
  'lastMessage.author',
]);

/** Where a column's cells belong in the body. Prefixes that hold others come after them. */
const PARTS = [
  { prefix: 'contact.attributes.', part: 'attributes', free: true },
  { prefix: 'contact.', part: 'contact', free: false },
  { prefix: 'lastMessage.', part: 'lastMessage', free: false },
  { prefix: 'variables.', part: 'variables', free: true },
  { prefix: '', part: 'root', free: false },
] as const;

export interface Column {
  part: (typeof PARTS)[number]['part'];
  field: string;
}

/** Reads the header row of a CSV file. Throws validation_failed that names every column in the way. */
export function readHeader(cells: string[]): Column[] {
  const names = cells.map((cell) => cell.trim());
  const errors: FieldError[] = names.flatMap((name, index) => {
    if (names.indexOf(name) < index) return [{ path: name, message: 'is in the header twice' }];
    return isKnown(name) ? [] : [{ path: name, message: 'is not a known column' }];
  });
  if (!names.includes('externalId')) {
    errors.unshift({ path: 'externalId', message: 'is missing: every imported row needs one' });
  }
  const [first] = errors;
  if (first) throw new AppError('validation_failed', `header: ${first.path}: ${first.message}`, { errors });
  return names.map(toColumn);
}

function isKnown(name: string): boolean {
  return (
    COLUMNS.has(name) || PARTS.some(({ prefix, free }) => free && name.startsWith(prefix) && name !== prefix)
  );
}

function toColumn(name: string): Column {
  const place = PARTS.find(({ prefix }) => name.startsWith(prefix));
  return { part: place?.part ?? 'root', field: name.slice(place?.prefix.length ?? 0) };
}

/** The nested body that `POST /v1/conversations` takes. An empty cell is an absent field. */
export function toBody(columns: Column[], cells: string[]): Record<string, unknown> {
  const parts: Record<Column['part'], [string, string][]> = {
    root: [],
    contact: [],
    attributes: [],
    lastMessage: [],
    variables: [],
  };
  columns.forEach(({ part, field }, index) => {
    const cell = cells[index]?.trim() ?? '';
    if (cell !== '') parts[part].push([field, cell]);
  });
  const { root, contact, attributes, lastMessage, variables } = parts;
  return {
    ...Object.fromEntries(root),
    contact: Object.fromEntries([...contact, ...named('attributes', attributes)]),
    ...Object.fromEntries([...named('lastMessage', lastMessage), ...named('variables', variables)]),
  };
}

function named(field: string, entries: [string, string][]): [string, object][] {
  return entries.length === 0 ? [] : [[field, Object.fromEntries(entries)]];
}
