import { Command } from '../../components/states.tsx';

/** An empty store: how to send the first profile, with this page's own address in the commands. */
export function FirstProfile() {
  const { origin, hostname } = window.location;
  const standard = origin === 'http://127.0.0.1:4040' || origin === 'http://localhost:4040';
  const agent = standard ? '' : `FLAMEHOUSE_SERVER_URL=${origin} `;
  return (
    <>
      <div class="page-head">
        <div class="grow">
          <h1>No service has reported yet.</h1>
          <p>Start one with the agent, or send a profile that you have. It shows here by itself.</p>
        </div>
      </div>
      <div class="steps">
        <section>
          <h2>Start a Node.js service with the agent</h2>
          <p>It appears here about 15 seconds after it starts. Nothing in its code changes.</p>
          <Command text={`${agent}node --require @flamehouse/agent/register app.js`} />
        </section>
        <section>
          <h2>Send a profile of any tool</h2>
          <p>Everything that writes pprof will do: Node.js, Go, Rust, Python, async-profiler.</p>
          <Command
            text={`curl --data-binary @cpu.pb.gz '${origin}/api/v1/profiles?service=my-service'`}
          />
        </section>
        <span class="wait" role="status">
          <span class="live" />
          Waiting for the first profile at {hostname}
        </span>
      </div>
    </>
  );
}
