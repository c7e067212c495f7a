import { type ApiObject, App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Extras } from '../settings/extras.ts';
import type { CommonSettings } from '../settings/fragments.ts';
import type { Mistake } from '../settings/mistakes.ts';
import { stackLabels } from './labels.ts';

/**
 * The root of a stack: what its parts have in common. Objects made below it go to the folder of the environment,
 * those below one of its `Folder`s to that sub-folder.
 */
export class Stack extends Chart {
  readonly name: string;
  /** Label of all that belongs to this installation of the stack, and to no other one. */
  readonly instance: string;
  readonly settings: CommonSettings;
  /** What its parts found to be wrong with the settings. */
  readonly mistakes: Mistake[] = [];
  /** Objects that settings of theirs add to, once all are built. */
  readonly extended = new Map<ApiObject, Extras>();
  private paths: ReadonlyMap<object, string> | undefined;

  constructor(name: string, settings: CommonSettings) {
    super(new App(), name, {
      namespace: settings.namespace.name,
      disableResourceNameHashes: true,
      labels: stackLabels(name, settings),
    });
    this.name = name;
    this.instance = settings.namePrefix + name;
    this.settings = settings;
  }

  /** Name of an object: every object of the stack is named by this, so that two installations can live in one namespace. */
  named(name: string): string {
    return this.settings.namePrefix + name;
  }

  /** Of its Services, but for those that name every pod: with both families each pod would be there twice. */
  get ipFamilies(): { ipFamilyPolicy?: string } {
    const { ipFamilyPolicy } = this.settings.network;
    return ipFamilyPolicy === 'clusterDefault' ? {} : { ipFamilyPolicy };
  }

  /** Where in the settings a part of them is, for messages: "gateway.pod". */
  pathOf(part: object): string | undefined {
    this.paths ??= pathsOf(this.settings);
    return this.paths.get(part);
  }
}

/** Of all parts of settings that have parts themselves. */
function pathsOf(whole: object, path: readonly string[] = [], found = new Map<object, string>()): Map<object, string> {
  if (found.has(whole)) return found;
  found.set(whole, path.join('.'));
  for (const [key, part] of Object.entries(whole))
    if (part !== null && typeof part === 'object') pathsOf(part, [...path, key], found);
  return found;
}

/** The stack that a construct is part of. */
export function stackOf(construct: Construct): Stack {
  // Not instanceof: cdk8s overrides it for charts, so that every chart would pass for one.
  const root = construct.node.scopes.find((scope): scope is Stack => scope.constructor === Stack);
  if (!root) throw new Error(`${construct.node.path} is not inside a Stack`);
  return root;
}

/** Objects for another API server or another controller, which must not be applied with the environment's own. */
export class Folder extends Chart {
  constructor(stack: Stack, name: string, namespace?: string) {
    super(stack, name, {
      disableResourceNameHashes: true,
      labels: stackLabels(stack.name, stack.settings),
      ...(namespace && { namespace }),
    });
  }
}
