import { schemaProblems } from '../../schemas/schemas.ts';
import { all, type Subject, title } from '../subjects.ts';

/** Unknown, missing and wrong fields, as the API server would find them. */
export const schemasHold = (subject: Subject): string[] =>
  all(subject).flatMap((object) => schemaProblems(object).map((problem) => `${title(object)}${problem}`));
