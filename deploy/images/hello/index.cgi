#!/bin/sh
# The page: says which pod made it, then counts which pods answer.
printf 'Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n'
cat <<PAGE
<!doctype html>
<meta name="viewport" content="width=device-width">
<title>Hello from $(hostname)</title>
<style>
  body { font: 18px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
  h1 { font-size: 1.4rem; } code { background: #8882; padding: 0.1em 0.3em; border-radius: 4px; }
  td { padding: 0.1rem 1rem 0.1rem 0; } .bar { background: #47a; height: 1rem; border-radius: 3px; }
</style>
<h1>Hello from <code id="pod">$(hostname)</code></h1>
<p>Scale it, and see who answers: <code>kubectl scale deployment/hello --replicas=5</code></p>
<table id="counts"></table>
<script>
  const counts = new Map();
  const width = (count) => (200 * count) / Math.max(...counts.values());
  const row = ([pod, count]) => '<tr><td><code>' + pod + '</code><td>' + count + '<td><div class=bar style="width:' + width(count) + 'px">';
  const ask = async () => {
    try {
      const pod = (await (await fetch('cgi-bin/pod.cgi')).text()).trim();
      counts.set(pod, (counts.get(pod) ?? 0) + 1);
      document.getElementById('pod').textContent = pod;
      document.getElementById('counts').innerHTML = [...counts].sort().map(row).join('');
    } catch {}
    setTimeout(ask, 500);
  };
  ask();
</script>
PAGE
