import type { z } from 'zod';
import type { Extensible } from '../data/extras.ts';
import type { FieldRule } from '../data/field-rules.ts';
import type { KubeObject } from '../data/kube-object.ts';

export type { KubeObject };

/** What a program makes of some settings. */
export interface Built {
  /** For the cluster in which a release is. */
  readonly objects: readonly KubeObject[];
  /** What `helm test` runs: its pods, when the others are there. */
  readonly tests?: readonly KubeObject[];
  /** For another API server: a chart of its own, which is called by it as well. */
  readonly elsewhere?: Readonly<Record<string, readonly KubeObject[]>>;
  /** What a person is told once it is installed. */
  readonly notes?: string;
  /** Objects and tests that what stands in a section of the settings adds to, where it adds anything. */
  readonly extended?: readonly { readonly kind: string; readonly name: string; readonly section: string }[];
}

/** A program that makes Kubernetes objects of settings, and all that its charts are to know of it. */
export interface Program<Settings extends z.ZodType = z.ZodType> {
  readonly name: string;
  /** One line, for lists of charts. */
  readonly what: string;
  /** An object of settings, or of further such objects, with a default each. */
  readonly settings: Settings;
  /** The same objects for the same settings: it is run some hundred times, and writes nothing. */
  build(settings: z.output<Settings>): Built;
  readonly chart: ChartFacts;
  /** Rules between settings, which the chart holds its values to as well. */
  readonly rules?: readonly FieldRule[];
  /** Settings worth to be tested and shown, by name: they go into `ci/`. */
  readonly examples?: Readonly<Record<string, unknown>>;
  /** Choices, by the paths of settings, that once showed a mistake in what was derived: it is derived of these first. */
  readonly cases?: readonly Readonly<Record<string, string | number>>[];
  /** The settings as values of a chart, where a default or what is said of it is another one there. */
  readonly values?: z.ZodType;
  readonly answered?: Answered;
  readonly extras?: ExtraSettings;
  /** First parts of the paths of settings that need have no effect. */
  readonly mayHaveNoEffect?: readonly string[];
  /** Annotation of volume claims by which an upgrade knows what was asked for at first; left out: it does not. */
  readonly claimAnnotation?: string;
  /**
   * Annotation of Jobs that run once for each of its values, whatever else changes; their names end with the value. Other
   * Jobs run again when they are to do something else.
   */
  readonly runAnnotation?: string;
  /** What patterns of the settings are called in the schema of the values, by their source. */
  readonly patternNames?: ReadonlyMap<string, string>;
}

/** What Chart.yaml and the chart's README say that follows from no setting. */
export interface ChartFacts {
  readonly version: string;
  /** "npm run charts" */
  readonly writtenBy: string;
  /** Where `helm install` finds it: "oci://registry.example.com/charts" */
  readonly registry: string;
  readonly kubeVersion?: string;
  readonly home?: string;
  readonly sources?: readonly string[];
  readonly keywords?: readonly string[];
  readonly maintainers?: readonly { readonly name: string; readonly url?: string; readonly email?: string }[];
  readonly icon?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** For the README: what must be there before it is installed, in Markdown. */
  readonly before?: string;
}

/**
 * Settings that are handed on whole, to objects that are finished otherwise (../data/extras.ts): a program leaves out of what
 * is derived what these add, and a chart adds it by helpers.
 */
export interface ExtraSettings {
  /** The section of what is added to all objects, beside the section of each. */
  readonly defaults: string;
  /** What can be added, by kind of object. */
  readonly kinds: Readonly<Record<string, Extensible>>;
  /** A list of whole objects. */
  readonly objects: string;
  /** Kinds of these that are in no namespace, beside those that begin with "Cluster". */
  readonly withoutNamespace: readonly string[];
}

/** Settings that a release answers itself where its values leave them empty, by their paths. */
export interface Answered {
  /** What all names of objects begin with: the release's name, unless that is the chart's. */
  readonly namePrefix?: string;
  /** The namespace of the objects: the release's. */
  readonly namespace?: string;
  readonly images?: ImageSettings;
}

/**
 * Where the settings of an image (registry, repository, tag, digest) leave registry or tag empty, these say it for all;
 * without a tag an image has the chart's appVersion. `global.imageRegistry` is a value of the chart as well, and takes the
 * place of every registry.
 */
export interface ImageSettings {
  readonly registry: string;
  readonly tag: string;
  /** How the program writes it: registry/repository:tag@digest. */
  reference(image: Image, all: Pick<Image, 'registry' | 'tag'>): string;
}

export interface Image {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** One chart for the release's own cluster, and one for each other API server. */
export const chartName = ({ name }: Pick<Program, 'name'>, folder: string): string =>
  folder ? `${name}-${folder}` : name;
