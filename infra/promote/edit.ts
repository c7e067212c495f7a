// Settings in the text of an environment, YAML or TypeScript: all that is not named stays to the letter.
import { extname } from 'node:path';
import ts from 'typescript';
import { parseDocument } from 'yaml';
import { PlanError } from '../plan.ts';

/** The text with each setting, by its path ("images.tag"), at its value. */
export function withSettings(
  file: string,
  text: string,
  environment: string,
  values: Readonly<Record<string, string>>,
): string {
  return Object.entries(values).reduce(
    (changed, [setting, value]) =>
      extname(file) === '.yaml'
        ? inYaml(changed, setting, value)
        : inTypeScript({ file, environment, setting }, changed, value),
    text,
  );
}

function inYaml(text: string, setting: string, value: string): string {
  const document = parseDocument(text);
  document.setIn(setting.split('.'), value);
  return document.toString({ lineWidth: 0 });
}

interface Place {
  readonly file: string;
  readonly environment: string;
  readonly setting: string;
}

function inTypeScript(place: Place, text: string, value: string): string {
  const source = ts.createSourceFile(place.file, text, ts.ScriptTarget.Latest, true);
  let object = environmentIn(source, place);
  const path = place.setting.split('.');
  for (const [index, key] of path.entries()) {
    const property = object.properties.find((each) => each.name && nameOf(each.name) === key);
    if (!property) return insert(text, source, object, written(path.slice(index), value));
    const found = ts.isPropertyAssignment(property) ? property.initializer : undefined;
    const isLast = index === path.length - 1;
    if (isLast && found && ts.isStringLiteralLike(found))
      return text.slice(0, found.getStart()) + quoted(value) + text.slice(found.getEnd());
    if (isLast || !found || !ts.isObjectLiteralExpression(found)) throw notWritten(place);
    object = found;
  }
  throw notWritten(place);
}

/** `export const prod = { ... }`: the environment's name in camel case, or the only one that there is. */
function environmentIn(source: ts.SourceFile, place: Place): ts.ObjectLiteralExpression {
  const objects = source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .flatMap(({ initializer, name }) =>
      initializer && ts.isObjectLiteralExpression(initializer) ? [{ name: name.getText(), initializer }] : [],
    );
  const name = place.environment.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const found = objects.find((each) => each.name === name) ?? (objects.length === 1 ? objects[0] : undefined);
  if (!found) throw notWritten(place);
  return found.initializer;
}

const nameOf = (name: ts.PropertyName): string =>
  ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : name.getText();

/** First in its object, in its style: on a line of its own where the others are. */
function insert(text: string, source: ts.SourceFile, object: ts.ObjectLiteralExpression, property: string): string {
  const [first] = object.properties;
  const after = object.getStart() + 1;
  if (!first) return `${text.slice(0, after)} ${property} ${text.slice(after)}`;
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const begin = first.getFullStart();
  if (lineOf(object.getStart()) === lineOf(first.getStart()))
    return `${text.slice(0, first.getStart())}${property}, ${text.slice(first.getStart())}`;
  const indent = ' '.repeat(source.getLineAndCharacterOfPosition(first.getStart()).character);
  return `${text.slice(0, begin)}\n${indent}${property},${text.slice(begin)}`;
}

function written([key = '', ...deeper]: readonly string[], value: string): string {
  return `${key}: ${deeper.length === 0 ? quoted(value) : `{ ${written(deeper, value)} }`}`;
}

/** Tags and digests hold neither quotes nor backslashes. */
const quoted = (value: string): string => `'${value}'`;

const notWritten = ({ environment, file, setting }: Place): PlanError =>
  new PlanError(`${setting} does not stand as a text in ${file} (${environment}): change it there by hand.`);
