// Shows /openapi.json: every operation with its parameters, body and answers, and a form to try it.

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

const api = await (await fetch('/openapi.json')).json();
document
  .querySelector('#about')
  .replaceChildren(
    `${api.info.description} Version ${api.info.version}. `,
    element('a', { href: '/openapi.json', textContent: '/openapi.json' }),
  );

const resolve = (schema) => (schema?.$ref ? api.components.schemas[schema.$ref.split('/').at(-1)] : schema);

/** One row for each field, nested ones below their parent. */
const fieldRows = (schema, prefix = '', depth = 0) => {
  const { properties = {}, required = [] } = resolve(schema) ?? {};
  return Object.entries(properties).flatMap(([name, given]) => {
    const field = resolve(given);
    const path = prefix + name;
    const row = element(
      'tr',
      {},
      element('td', {}, element('code', { textContent: path }), required.includes(name) ? ' *' : ''),
      element('td', { textContent: typeOf(given) }),
      element('td', {
        textContent: [given.description ?? field.description, limits(field)].filter(Boolean).join(' · '),
      }),
    );
    if (depth >= 3) return [row];
    const inner = field.type === 'array' ? field.items : field;
    return [row, ...fieldRows(inner, field.type === 'array' ? `${path}[].` : `${path}.`, depth + 1)];
  });
};

const typeOf = (schema) => {
  if (schema.$ref) return schema.$ref.split('/').at(-1);
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  const choices = schema.anyOf ?? schema.oneOf;
  return choices ? choices.map(typeOf).join(' or ') : [schema.type ?? 'any'].flat().join(' or ');
};

const limits = (schema) =>
  [
    schema.enum && `one of ${schema.enum.join(', ')}`,
    schema.minimum !== undefined && `from ${schema.minimum}`,
    schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER && `up to ${schema.maximum}`,
    schema.maxLength && `at most ${schema.maxLength} characters`,
    schema.default !== undefined && `default ${JSON.stringify(schema.default)}`,
  ]
    .filter(Boolean)
    .join(', ');

const table = (rows) => element('table', {}, element('tbody', {}, ...rows));

const fieldsOf = (title, schema) => {
  const inner = resolve(schema)?.type === 'array' ? resolve(schema).items : schema;
  const rows = fieldRows(inner);
  return rows.length > 0 ? [element('h4', { textContent: title }), table(rows)] : [];
};

const parameterRows = (parameters) =>
  parameters.map((parameter) =>
    element(
      'tr',
      {},
      element('td', {}, element('code', { textContent: parameter.name }), parameter.required ? ' *' : ''),
      element('td', { textContent: parameter.in }),
      element('td', {
        textContent: [parameter.description ?? parameter.schema.description, limits(parameter.schema)]
          .filter(Boolean)
          .join(' · '),
      }),
    ),
  );

/** Sends the operation as filled in, and shows what came back; a stream is shown as it comes. */
const tryForm = (method, path, operation) => {
  const inputs = (operation.parameters ?? []).map((parameter) => ({
    parameter,
    input: element('input', { ariaLabel: parameter.name, placeholder: parameter.name }),
  }));
  const hasBody = operation.requestBody !== undefined;
  const body = element('textarea', {
    ariaLabel: 'Body',
    value: '{\n  "jobName": "first",\n  "algorithm": { "algorithmName": "xgboost" }\n}',
  });
  const answer = element('pre', { hidden: true });
  let running;
  const form = element(
    'form',
    {},
    ...inputs.map(({ input }) => input),
    ...(hasBody ? [body] : []),
    element('button', { textContent: 'Send' }),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    running?.abort();
    running = new AbortController();
    let url = path;
    const query = new URLSearchParams();
    const headers = hasBody ? { 'Content-Type': 'application/json' } : {};
    for (const { parameter, input } of inputs) {
      if (parameter.in === 'path') url = url.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (input.value !== '' && parameter.in === 'query') query.set(parameter.name, input.value);
      else if (input.value !== '') headers[parameter.name] = input.value;
    }
    const token = document.querySelector('#token').value;
    if (token) headers.Authorization = `Bearer ${token}`;
    answer.hidden = false;
    try {
      const response = await fetch(query.size > 0 ? `${url}?${query}` : url, {
        method: method.toUpperCase(),
        headers,
        signal: running.signal,
        ...(hasBody && { body: body.value }),
      });
      answer.textContent = `${response.status} ${response.statusText}\n\n`;
      const json = response.headers.get('content-type')?.includes('json');
      if (json) answer.textContent += JSON.stringify(await response.json(), null, 2);
      else
        await response.body
          ?.pipeThrough(new TextDecoderStream())
          .pipeTo(new WritableStream({ write: (text) => answer.append(text) }));
    } catch (error) {
      answer.append(`\n${error}`);
    }
  });
  return [element('h4', { textContent: 'Try it' }), form, answer];
};

const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => {
    const answers = Object.entries(operation.responses).filter(([status]) => status !== 'default');
    const parameters = operation.parameters ?? [];
    const details = element(
      'details',
      {},
      element(
        'summary',
        {},
        element('span', { className: 'method', textContent: method.toUpperCase() }),
        element('code', { textContent: path }),
        ` ${operation.summary}`,
      ),
      element('p', { textContent: operation.description ?? '' }),
      ...(parameters.length > 0
        ? [element('h4', { textContent: 'Parameters' }), table(parameterRows(parameters))]
        : []),
      ...fieldsOf('Body', operation.requestBody?.content['application/json'].schema),
      ...answers.flatMap(([status, { description, content }]) => [
        element('h4', { textContent: `${status}: ${description}` }),
        ...fieldsOf('', Object.values(content ?? {})[0]?.schema),
      ]),
      ...tryForm(method, path, operation),
    );
    return { text: `${method} ${path} ${operation.summary}`.toLowerCase(), details };
  }),
);
document.querySelector('#operations').append(...operations.map(({ details }) => details));
document.querySelector('#filter').addEventListener('input', ({ target }) => {
  for (const { text, details } of operations) details.hidden = !text.includes(target.value.toLowerCase());
});
