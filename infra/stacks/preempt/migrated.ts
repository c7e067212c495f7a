import type { Connection } from '../../constructs/endpoint.ts';
import type { MySql } from '../../constructs/mysql.ts';
import type { Settings } from './settings.ts';

/** MySQL for whoever needs its tables: waits for the migrations too, which kubectl applies beside everything else. */
export function migrated(database: MySql, { migrations, mysql }: Settings): Connection {
  const connection = database.connection();
  const { DB_PASSWORD = '', ...address } = connection.env?.(connection.to) ?? {};
  return {
    ...connection,
    readiness: {
      name: 'migrations',
      what: 'the migrations of the database',
      image: mysql.image,
      // The client reads the password from MYSQL_PWD: on the command line every process list would show it.
      probe: [
        'sh',
        '-c',
        'mysql --host="$DB_HOST" --port="$DB_PORT" --user="$DB_USER" --database="$DB_NAME" --init-command="SET @version = $VERSION" --execute="$QUERY" | grep -q .',
      ],
      env: {
        ...address,
        MYSQL_PWD: DB_PASSWORD,
        // Without it the schema of the last release would do, and a new API would start on it.
        VERSION: String(migrations.version),
        QUERY: migrations.doneQuery,
      },
      seconds: 600,
    },
  };
}
