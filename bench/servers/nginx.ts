import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender } from './contender.ts'
import { findProgram, freePort, startProcess, versionOf } from './start-process.ts'

/** Static files by sendfile: what the machine can give. Its `files` folder holds what a registry would have under the same paths. */
export const nginx: Contender = {
  name: 'nginx',
  kind: 'files',
  async describe() {
    const path = findProgram('nginx')
    if (path === undefined) return undefined
    return `${(await versionOf([path, '-v'])).split('/').at(-1)}, one worker, sendfile, access log off, no open-file cache, anonymous`
  },
  async start(options) {
    const path = findProgram('nginx')
    if (path === undefined) throw new Error('nginx is not installed')
    const port = freePort()
    mkdirSync(join(options.folder, 'files/v2'), { recursive: true })
    writeFileSync(join(options.folder, 'files/v2/index.html'), '{}')
    const configuration = join(options.folder, 'nginx.conf')
    writeFileSync(configuration, configurationText(options.folder, port))
    return startProcess({ port, command: [path, '-p', options.folder, '-c', configuration] }, options)
  },
}

function configurationText(folder: string, port: number): string {
  return `
    worker_processes 1;
    daemon off;
    pid ${folder}/nginx.pid;
    error_log ${folder}/error.log error;
    user ${process.getuid?.() === 0 ? 'root' : 'nobody'};
    events { worker_connections 1024; }
    http {
      sendfile on;
      access_log off;
      default_type application/octet-stream;
      keepalive_requests 1000000000;
      client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      server { listen 127.0.0.1:${port}; root ${folder}/files; }
    }
  `
}
