import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { own, type Subject, title } from '../subjects.ts';

interface Kind {
  readonly group: string;
  readonly kind: string;
}

interface Project {
  readonly destinations: readonly { server: string; namespace: string }[];
  readonly clusterResourceWhitelist: readonly Kind[];
  readonly namespaceResourceWhitelist: readonly Kind[];
}

interface Application {
  readonly project: string;
  readonly source?: { path: string };
  readonly sources?: readonly { path: string }[];
  readonly destination: { server: string; namespace: string };
}

/** What Argo CD is told to apply, its project lets it apply; and no project lets it write a Secret. */
export function projectsAllow(subject: Subject): string[] {
  const written = subject.folders.get('argocd') ?? [];
  const projects = new Map(
    written.filter(({ kind }) => kind === 'AppProject').map((each) => [each.metadata.name, each.spec as Project]),
  );
  return written
    .filter(({ kind }) => kind === 'Application')
    .flatMap((application) => {
      const spec = application.spec as Application;
      const project = projects.get(spec.project);
      if (!project) return [`${title(application)}: there is no project ${spec.project}`];
      const { destination } = spec;
      const isDestination = project.destinations.some(
        ({ namespace, server }) => server === destination.server && namespace === destination.namespace,
      );
      const elsewhere = isDestination ? [] : [`${title(application)}: not where its project may write`];
      const refused = appliedBy(subject, spec)
        .filter((object) => !allows(project, object))
        .map((object) => `${title(application)}: its project does not allow ${title(object)}`);
      const secrets = allows(project, { apiVersion: 'v1', kind: 'Secret', metadata: { name: '' } })
        ? [`${title(application)}: its project allows Secrets`]
        : [];
      return [...elsewhere, ...refused, ...secrets];
    });
}

function appliedBy(subject: Subject, { source, sources = source ? [source] : [] }: Application): KubeObject[] {
  return sources.flatMap(({ path }) => {
    const [, , , folder] = path.split('/');
    return folder === undefined ? own(subject) : (subject.folders.get(folder) ?? []);
  });
}

const allows = (project: Project, { apiVersion, kind }: KubeObject): boolean =>
  [...project.clusterResourceWhitelist, ...project.namespaceResourceWhitelist].some(
    (allowed) => allowed.kind === kind && allowed.group === (apiVersion.includes('/') ? apiVersion.split('/')[0] : ''),
  );
