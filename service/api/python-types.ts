// The document's schemas as types of Python: a TypedDict for each object, and for those within it. Only what our document
// uses is known here; anything else ends it with an error.

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

const HEADER = `# Written by \`npm run types\` from the service's OpenAPI document; never edited by hand.
# Requests may leave out what has a default.
from typing import Any, Literal, NotRequired, TypedDict

`;

/** Words of Python that no field of a class can be called; those that a document of an API may hold. */
const KEYWORDS = new Set(
  'and as assert class continue def del else except finally for from global if import in is lambda not or pass raise return try while with yield'.split(
    ' ',
  ),
);

const PRIMITIVES: Readonly<Record<string, string>> = {
  string: 'str',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  null: 'None',
};

export const pythonTypes = (schemas: Readonly<Record<string, Schema>>): string => {
  const written: string[] = [];
  const names = Object.keys(schemas).sort();

  const declare = (name: string, schema: Schema): string => {
    if (schema.properties === undefined || kindsOf(schema).length > 1) return `${name} = ${typeOf(schema, name)}\n`;
    const required = new Set(schema.required);
    const fields = Object.entries(schema.properties).map(([field, each]) => {
      const type = typeOf(each, `${name}_${field[0]?.toUpperCase()}${field.slice(1)}`);
      return [field, required.has(field) ? type : `NotRequired[${type}]`] as const;
    });
    if (fields.some(([field]) => KEYWORDS.has(field))) {
      const items = fields.map(([field, type]) => `    "${field}": ${type},\n`);
      return `${name} = TypedDict("${name}", {\n${items.join('')}})\n`;
    }
    return `class ${name}(TypedDict):\n${fields.map(([field, type]) => `    ${field}: ${type}\n`).join('')}`;
  };

  /** `name` is for an object that has none of its own: Job_Request is the request of a Job, and no JobRequest. */
  const typeOf = (schema: Schema, name: string): string => {
    if (schema.$ref !== undefined) return `"${schema.$ref.split('/').at(-1)}"`;
    if (schema.allOf !== undefined) return nullable(schema.allOf, name);
    if (schema.anyOf !== undefined)
      return union(schema.anyOf.map((each, index) => typeOf(each, `${name}_${index + 1}`)));
    if (schema.enum !== undefined) return literal(schema.enum);
    const kinds = kindsOf(schema);
    if (kinds.length === 0) return 'Any';
    return union(kinds.map((kind) => typeOfKind(kind, schema, name)));
  };

  const typeOfKind = (kind: string, schema: Schema, name: string): string => {
    if (kind === 'array') return `list[${schema.items ? typeOf(schema.items, `${name}_Item`) : 'Any'}]`;
    if (kind !== 'object') return PRIMITIVES[kind] ?? unknown(schema);
    if (schema.properties !== undefined) {
      written.push(declare(name, { ...schema, type: 'object' }));
      return `"${name}"`;
    }
    const values = schema.additionalProperties;
    return `dict[str, ${typeof values === 'object' ? typeOf(values, `${name}_Value`) : 'Any'}]`;
  };

  /** How the document says "that, or null". */
  const nullable = (parts: readonly Schema[], name: string): string => {
    const [first, second, ...more] = parts;
    const isNull = second !== undefined && kindsOf(second).includes('null');
    if (!first || !isNull || more.length > 0) return 'dict[str, Any]';
    return union([typeOf(first, name), 'None']);
  };

  for (const name of names) {
    const text = declare(name, schemas[name] as Schema);
    written.push(text);
  }
  const declared = written.map((text) => /^(?:class )?(\w+)/.exec(text)?.[1]);
  const twice = declared.find((name, index) => declared.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`Two types of Python would be called ${twice}`);
  // Aliases are read when the module is: what they name comes before them.
  const isAlias = (text: string) => !text.startsWith('class ');
  const [aliases, classes] = [written.filter(isAlias), written.filter((text) => !isAlias(text))];
  return `${HEADER}\n${classes.join('\n\n')}\n\n${aliases.join('')}`;
};

const kindsOf = ({ type }: Schema): readonly string[] => (type === undefined ? [] : [type].flat());

/** As Python writes it: a name in quotes has no |. */
const union = (types: readonly string[]): string => {
  const distinct = [...new Set(types)];
  if (distinct.length === 1) return distinct[0] ?? 'Any';
  return distinct.some((type) => type.startsWith('"'))
    ? `"${distinct.map((type) => type.replaceAll('"', '')).join(' | ')}"`
    : distinct.join(' | ');
};

const literal = (values: readonly unknown[]): string =>
  `Literal[${values.map((value) => (value === null ? 'None' : value === true ? 'True' : value === false ? 'False' : JSON.stringify(value))).join(', ')}]`;

const unknown = (schema: Schema): never => {
  throw new Error(`No type of Python for ${JSON.stringify(schema).slice(0, 200)}`);
};
