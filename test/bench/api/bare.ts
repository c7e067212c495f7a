import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';
import pg from 'pg';

// What the service is measured against: express and pg with nothing around them, inserting and reading the same row of the same table,
// with its indexes. No validation, no authentication, no event, no place in the queue, no log.

const pool = new pg.Pool({ connectionString: process.env.DATABASE, max: 10 });

const INSERT = `insert into job (id, job_name, namespace, algorithm, priority, kind, request, status, reason, message, object_name)
  values ($1, $2, 'default', 'xgboost', 500, 'RayJob', $3, 'Pending', 'Queued', '', $1) returning *`;

const app = express();
app.post('/jobs', express.json({ limit: '1mb' }), async (request, response) => {
  const id = `${request.body.jobName}-${randomBytes(4).toString('hex')}`;
  const values = [id, request.body.jobName, JSON.stringify(request.body)];
  const { rows } = await pool.query({ name: 'insert', text: INSERT, values });
  response.status(201).json(rows[0]);
});
app.get('/jobs/:id', async (request, response) => {
  const { rows } = await pool.query({
    name: 'read',
    text: 'select * from job where id = $1',
    values: [request.params.id],
  });
  response.json(rows[0]);
});
const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
