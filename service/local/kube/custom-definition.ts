import { ruleProblems } from './cel-rules.ts';
import { type Column, conditionColumn, pathColumn } from './columns.ts';
import { type DraftObject, isFields, type StoredObject } from './objects.ts';
import type { ResourceType } from './resources.ts';
import type { FieldProblem } from './status.ts';
import { defaulted, pruned, type Schema, schemaProblems } from './structural-schema.ts';

/** A CustomResourceDefinition of one version. */
interface CustomDefinition {
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly kind: string; readonly plural: string; readonly shortNames?: readonly string[] };
    readonly versions: readonly {
      readonly name: string;
      readonly subresources?: { readonly status?: object };
      readonly additionalPrinterColumns?: readonly {
        readonly name: string;
        readonly type: string;
        readonly jsonPath: string;
        readonly priority?: number;
      }[];
      readonly schema: { readonly openAPIV3Schema: unknown };
    }[];
  };
}

/** The one form of a filter that our definitions have. */
const CONDITION = /^\.status\.conditions\[\?\(@\.type=="(\w+)"\)\]\.(\w+)$/;

/** The kind that a CustomResourceDefinition makes an API server serve, with all that it then drops, fills in and refuses. */
export function definedKind({ spec }: CustomDefinition): ResourceType {
  const [version] = spec.versions;
  if (!version) throw new Error(`The CustomResourceDefinition of ${spec.names.kind} has no version.`);
  const schema = withMetadata(version.schema.openAPIV3Schema as Schema);
  return {
    group: spec.group,
    version: version.name,
    plural: spec.names.plural,
    kind: spec.names.kind,
    namespaced: spec.scope === 'Namespaced',
    ...(spec.names.shortNames && { shortNames: spec.names.shortNames }),
    statusSubresource: version.subresources?.status !== undefined,
    columns: (version.additionalPrinterColumns ?? []).map(({ jsonPath, name, priority = 0, type }) => {
      const [, condition, field] = CONDITION.exec(jsonPath) ?? [];
      return condition !== undefined && field !== undefined
        ? conditionColumn(name, condition, { field, priority })
        : pathColumn(name, jsonPath, { type: type as Column['type'], priority });
    }),
    admitsStatus: true,
    defaults: (draft) => defaulted(pruned(draft, schema), schema) as DraftObject,
    validate: (draft, before) => problemsOf(draft, before, schema),
  };
}

function problemsOf(draft: DraftObject, before: StoredObject | undefined, schema: Schema): FieldProblem[] {
  const problems = schemaProblems(draft, schema, '');
  // Rules are asked of what has the right types only.
  return problems.length > 0 ? problems : ruleProblems(draft, before, schema, '');
}

/** Of the metadata a schema says nothing, and all of it is kept; rules see the name. */
function withMetadata(schema: Schema): Schema {
  const metadata: Schema = {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: { name: { type: 'string' }, generateName: { type: 'string' } },
  };
  return { ...schema, properties: { ...(isFields(schema.properties) && schema.properties), metadata } };
}
