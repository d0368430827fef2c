// The check of a connection, step by step. Each step says in a word how it went, and what to do when it went badly.
(function () {
  'use strict';
  var words = JSON.parse(document.getElementById('words').textContent);
  var page = document.getElementById('check');
  var start = document.getElementById('start');
  var key = page.getAttribute('data-key');
  var viewer = page.getAttribute('data-viewer');
  var steps = [];
  var check;
  document.getElementById('old').hidden = true;
  start.hidden = false;

  var byId = function (id) {
    return document.getElementById(id);
  };
  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (_, name) {
      return values[name];
    });
  }
  function number(n, digits) {
    return Number(n).toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits || 0 });
  }
  function show(what, state, said) {
    var row = byId('step-' + what);
    row.setAttribute('data-state', state);
    row.querySelector('.state').textContent = words.states[state] || '';
    row.querySelector('.said').textContent = said || '';
  }
  function note(step) {
    steps.push(step);
    var said = step.state === 'good' ? '' : (words.remedies[step.what + '.' + step.state] || '');
    if (step.trip !== undefined)
      said = fill(words.figures, { took: number(step.took), trip: number(step.trip), lost: number(step.lost, 1) }) + (said ? ' ' + said : '');
    show(step.what, step.state, said);
    return step;
  }
  function skip(what) {
    return note({ what: what, state: 'skipped' });
  }
  var wait = function (ms) {
    return new Promise(function (done) {
      setTimeout(done, ms);
    });
  };
  function within(ms, promise) {
    return Promise.race([
      promise,
      wait(ms).then(function () {
        throw new Error('late');
      }),
    ]);
  }
  function post(path, body) {
    return within(
      10000,
      fetch('/api/v1/sos/checks' + path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }).then(function (answer) {
        return answer.json().then(function (said) {
          if (!answer.ok) throw Object.assign(new Error(said.detail), { said: words.refusals[said.code] || said.detail });
          return said;
        });
      }),
    );
  }

  async function hear(stream) {
    var Audio = window.AudioContext || window.webkitAudioContext;
    if (!Audio) return 1;
    var audio = new Audio();
    var analyser = audio.createAnalyser();
    audio.createMediaStreamSource(stream).connect(analyser);
    await audio.resume();
    var samples = new Uint8Array(analyser.fftSize);
    var loudest = 0;
    var meter = byId('level');
    meter.hidden = false;
    for (var n = 0; n < 60 && !(n > 20 && loudest > 0.05); n++) {
      await wait(50);
      analyser.getByteTimeDomainData(samples);
      var now = 0;
      for (var i = 0; i < samples.length; i++) now = Math.max(now, Math.abs(samples[i] - 128) / 128);
      loudest = Math.max(loudest, now);
      meter.value = Math.min(1, now * 2);
    }
    meter.hidden = true;
    await audio.close();
    return loudest;
  }

  async function device(what, wish) {
    var stream;
    try {
      stream = await within(60000, navigator.mediaDevices.getUserMedia(wish));
      if (what === 'microphone' && (await hear(stream)) < 0.01) return note({ what: what, state: 'slow', note: 'silent' });
      return note({ what: what, state: 'good' });
    } catch (error) {
      return note({ what: what, state: error.name === 'NotAllowedError' ? 'bad' : 'slow', note: String(error.name).slice(0, 60) });
    } finally {
      if (stream) stream.getTracks().forEach(function (track) { track.stop(); });
    }
  }

  function socket() {
    var began = performance.now();
    return within(
      8000,
      new Promise(function (done, failed) {
        var s = new WebSocket(location.origin.replace(/^http/, 'ws') + '/api/v1/live');
        s.onopen = function () {
          s.close();
          done({ what: 'socket', state: 'good', took: performance.now() - began });
        };
        s.onerror = failed;
      }),
    ).catch(function () {
      return { what: 'socket', state: 'bad' };
    }).then(note);
  }

  /** Connects by one way, and sends words for two seconds of which each should come back. */
  async function way(what, servers) {
    var pc = new RTCPeerConnection(servers ? { iceServers: servers, iceTransportPolicy: 'relay' } : {});
    try {
      var data = pc.createDataChannel('check', { ordered: false, maxRetransmits: 0 });
      var open = new Promise(function (done) { data.onopen = done; });
      await pc.setLocalDescription(await pc.createOffer());
      await Promise.race([
        new Promise(function (done) {
          pc.onicegatheringstatechange = function () { if (pc.iceGatheringState === 'complete') done(); };
          if (pc.iceGatheringState === 'complete') done();
        }),
        wait(4000),
      ]);
      var began = performance.now();
      var answered = await post('/' + check.id + '/try', { offer: pc.localDescription.sdp });
      await pc.setRemoteDescription({ type: 'answer', sdp: answered.answer });
      await within(8000, open);
      var took = performance.now() - began;
      var sentAt = {};
      var trips = [];
      data.onmessage = function (event) {
        trips.push(performance.now() - sentAt[event.data]);
      };
      var count = 40;
      for (var n = 0; n < count; n++) {
        sentAt[n] = performance.now();
        data.send(String(n));
        await wait(50);
      }
      await wait(400);
      if (trips.length === 0) throw new Error('silent');
      trips.sort(function (a, b) { return a - b; });
      var trip = trips[Math.floor(trips.length / 2)];
      var lost = (100 * (count - trips.length)) / count;
      return note({ what: what, state: trip > 400 || lost > 5 ? 'slow' : 'good', took: Math.round(took), trip: Math.round(trip * 10) / 10, lost: lost });
    } catch (error) {
      return note({ what: what, state: 'bad', note: String(error.message).slice(0, 60) });
    } finally {
      pc.close();
    }
  }

  function reach(what, url, mode) {
    var began = performance.now();
    return within(8000, fetch(url, { mode: mode, cache: 'no-store' })).then(
      function (answer) {
        return note({ what: what, state: answer.ok ? 'good' : 'bad', took: Math.round(performance.now() - began) });
      },
      function () {
        return note({ what: what, state: 'bad' });
      },
    );
  }

  async function network() {
    if (!key) return ['udp', 'relay_udp', 'relay_tcp', 'relay_tls'].forEach(skip);
    try {
      check = await post('', { key: key });
    } catch (error) {
      byId('problem').textContent = error.said || words.unreachable;
      return ['udp', 'relay_udp', 'relay_tcp', 'relay_tls'].forEach(skip);
    }
    show('udp', 'running');
    await way('udp');
    var all = (check.iceServers || []).flatMap(function (server) {
      return server.urls.map(function (url) {
        return { urls: [url], username: server.username, credential: server.credential };
      });
    });
    var kinds = {
      relay_udp: function (url) { return /^turn:.*udp$/.test(url) || /^turn:[^?]*$/.test(url); },
      relay_tcp: function (url) { return /^turn:.*tcp$/.test(url); },
      relay_tls: function (url) { return /^turns:/.test(url); },
    };
    for (var what in kinds) {
      var found = all.filter(function (server) { return kinds[what](server.urls[0]); });
      if (found.length === 0) skip(what);
      else {
        show(what, 'running');
        await way(what, [found[0]]);
      }
    }
  }

  function good(what) {
    return steps.some(function (s) { return s.what === what && (s.state === 'good' || s.state === 'slow'); });
  }
  function verdict() {
    var relays = good('relay_udp') || good('relay_tcp') || good('relay_tls');
    var heard = steps.some(function (s) { return s.what === 'microphone' && s.state === 'good'; });
    if (!good('browser') || !good('secure')) return 'browser';
    if (!check) return 'unknown';
    if (!good('udp') && !relays) return 'none';
    if (!heard) return 'silent';
    return good('udp') ? 'good' : 'detour';
  }
  function text() {
    return [byId('verdict').textContent]
      .concat(
        steps.map(function (s) {
          var line = words.names[s.what] + ': ' + words.states[s.state];
          if (s.trip !== undefined) line += ', ' + fill(words.figures, { took: number(s.took), trip: number(s.trip), lost: number(s.lost, 1) });
          return line + (s.note ? ' (' + s.note + ')' : '');
        }),
        navigator.userAgent,
      )
      .join('\n');
  }

  async function run() {
    start.disabled = true;
    steps = [];
    check = undefined;
    byId('problem').textContent = byId('verdict').textContent = '';
    byId('done').hidden = true;
    page.querySelectorAll('[id^="step-"]').forEach(function (row) {
      show(row.id.slice(5), 'waiting');
    });
    var able = !!(window.RTCPeerConnection && window.WebSocket && window.fetch);
    note({ what: 'browser', state: able ? 'good' : 'bad' });
    note({ what: 'secure', state: window.isSecureContext ? 'good' : 'bad' });
    var lends = window.isSecureContext && navigator.mediaDevices && navigator.mediaDevices.getUserMedia;
    if (lends) {
      show('microphone', 'running', words.speak);
      await device('microphone', { audio: true });
    } else note({ what: 'microphone', state: 'bad', note: 'insecure' });
    if (byId('step-camera')) {
      show('camera', 'running');
      if (lends) await device('camera', { video: true });
      else note({ what: 'camera', state: 'bad', note: 'insecure' });
    }
    show('socket', 'running');
    await socket();
    if (able) await network();
    show('page', 'running');
    await reach('page', '/cobrowse.js', 'same-origin');
    if (viewer) {
      show('viewer', 'running');
      await reach('viewer', viewer + '/reach', 'cors');
    }
    var end = verdict();
    byId('verdict').textContent = words.verdicts[end];
    byId('result').setAttribute('data-state', end);
    byId('done').hidden = false;
    byId('send').hidden = !check;
    byId('sent').textContent = '';
    start.textContent = words.again;
    start.disabled = false;
  }

  start.addEventListener('click', function () {
    run().catch(function () {
      byId('problem').textContent = words.unreachable;
      start.disabled = false;
    });
  });
  byId('copy').addEventListener('click', function () {
    navigator.clipboard.writeText(text()).then(
      function () { byId('sent').textContent = words.copied; },
      function () { byId('sent').textContent = text(); },
    );
  });
  byId('send').addEventListener('submit', function (event) {
    event.preventDefault();
    var press = byId('send').querySelector('button');
    press.disabled = true;
    post('/' + check.id + '/send', { name: byId('name').value, browser: navigator.userAgent.slice(0, 300), steps: steps })
      .then(
        function (answer) {
          byId('sent').textContent = fill(words.sent, { code: answer.code });
          byId('send').hidden = true;
        },
        function (error) { byId('sent').textContent = error.said || words.unreachable; },
      )
      .then(function () { press.disabled = false; });
  });
})();
