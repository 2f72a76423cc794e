const SERVICES = ['frontend', 'matching', 'history', 'worker'] as const;

/** None above 32,767. */
export type ServicePorts = Record<(typeof SERVICES)[number], number>;

export interface TemporalServerSettings {
  ports: ServicePorts;
  membershipPorts: ServicePorts;
  postgres: { port: number; user: string; password: string };
  databases: { temporal: string; visibility: string };
  shards: number;
  dynamicConfigFile: string;
  plugin: 'postgres12' | 'postgres12_pgx';
}

/** Of each service and store: four services stay below the 200 connections of the embedded PostgreSQL. */
const MAX_CONNECTIONS = { temporal: 20, visibility: 5 };

/** The server's configuration. Written as JSON, which its YAML reader takes. */
export function temporalServerConfig(settings: TemporalServerSettings): object {
  const { ports, membershipPorts, databases } = settings;
  const service = (name: (typeof SERVICES)[number]) => ({
    rpc: { grpcPort: ports[name], membershipPort: membershipPorts[name], bindOnLocalHost: true },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: settings.shards,
      datastores: {
        default: { sql: sqlStore(settings, databases.temporal, MAX_CONNECTIONS.temporal) },
        visibility: { sql: sqlStore(settings, databases.visibility, MAX_CONNECTIONS.visibility) },
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: Object.fromEntries(SERVICES.map((name) => [name, service(name)])),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${ports.frontend}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    publicClient: { hostPort: `127.0.0.1:${ports.frontend}` },
    dynamicConfigClient: { filepath: settings.dynamicConfigFile, pollInterval: '60s' },
  };
}

function sqlStore({ postgres, plugin }: TemporalServerSettings, databaseName: string, maxConns: number) {
  return {
    pluginName: plugin,
    databaseName,
    connectAddr: `127.0.0.1:${postgres.port}`,
    connectProtocol: 'tcp',
    user: postgres.user,
    password: postgres.password,
    maxConns,
    maxIdleConns: maxConns,
    maxConnLifetime: '1h',
  };
}
