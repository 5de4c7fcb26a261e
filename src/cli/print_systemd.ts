import { homepage } from "../base/version.ts";
import { configPath, stopSeconds } from "./deployment.ts";

/** What the unit depends on. */
export interface SystemdOptions {
  /** The executable's absolute path. */
  readonly executable: string;
  /** The configuration's absolute path. */
  readonly config: string;
}

/** Where they are put by hand, as the file system's standard has it. */
export const systemdDefaults: SystemdOptions = { executable: "/usr/local/bin/pyroduct", config: configPath };

/**
 * A unit for systemd from version 240 on (man 5 systemd.exec says what each line shuts off). pyroduct needs the
 * network, its state directory and what it reads of /proc, and nothing else.
 */
export function systemdUnit({ executable, config }: SystemdOptions): string {
  return `# /etc/systemd/system/pyroduct.service
# Secrets: LoadCredential=token:/etc/pyroduct/token, and password_file: \${CREDENTIALS_DIRECTORY}/token in the
# configuration. The service has no user of its own on disk, so what it reads must be readable by all or be such a
# credential.
[Unit]
Description=pyroduct, receiver of Pyroscope profiles
Documentation=${homepage}
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
NotifyAccess=main
ExecStart=${executable} run ${config}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=1
WatchdogSec=30
TimeoutStopSec=${stopSeconds("0s")}
LimitNOFILE=65536

DynamicUser=yes
StateDirectory=pyroduct
StateDirectoryMode=0700
UMask=0077

CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
LockPersonality=yes
# No MemoryDenyWriteExecute: the JavaScript engine compiles to memory that it then runs.
PrivateDevices=yes
PrivateTmp=yes
PrivateUsers=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources

[Install]
WantedBy=multi-user.target
`;
}
