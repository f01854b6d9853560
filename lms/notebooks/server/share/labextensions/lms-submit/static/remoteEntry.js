// The Submit button of a notebook, a federated JupyterLab extension written by hand: no Node, no build step.
// It takes JupyterLab's own modules from the share scope that JupyterLab hands to `init` (webpack module federation).
(() => {
  const TEXTS = {
    ru: {
      submit: 'Отправить',
      hint: 'Сохранить тетрадь и отправить её на проверку',
      sending: 'Сохраняем и отправляем…',
      failed: 'Не удалось отправить. Твоя работа сохранена здесь, попробуй ещё раз через минуту.',
      closed: 'Приём работ закрыт',
      feedback: 'Открыть отзыв'
    },
    en: {
      submit: 'Submit',
      hint: 'Save the notebook and hand it in',
      sending: 'Saving and sending…',
      failed: 'It could not be sent. Your work is safe here, try again in a minute.',
      closed: 'This assignment is closed',
      feedback: 'Open the feedback'
    }
  };
  const STYLE = `
    .lms-submit { margin: 0 6px; padding: 0 12px; height: 24px; align-self: center; border: 0; border-radius: 4px;
      font: 600 13px/24px var(--jp-ui-font-family); cursor: pointer; color: #fff; background: #0b5cad; }
    .lms-submit:hover { background: #084a8c; }
    .lms-submit:focus-visible { outline: 2px solid #0b5cad; outline-offset: 2px; }
    .lms-submit[disabled] { background: #5c6670; cursor: default; }`;

  const POLL_MS = 2000;
  const POLLS = 45;

  let scope;

  async function shared(name) {
    const versions = scope[name];
    return (await versions[Object.keys(versions).sort().pop()].get())();
  }

  async function activate(app) {
    const [{ Notification }, { ServerConnection }, { Widget }] = await Promise.all(
      ['@jupyterlab/apputils', '@jupyterlab/services', '@lumino/widgets'].map(shared)
    );
    const settings = app.serviceManager.serverSettings;
    const call = async (path, init) => {
      const response = await ServerConnection.makeRequest(settings.baseUrl + path, init, settings);
      return { ok: response.ok, body: await response.json() };
    };
    const style = document.createElement('style');
    style.textContent = STYLE;
    document.head.append(style);

    const listed = call('lms/assignments', {});

    const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

    // Only the last click is followed: an older notification keeps what it said.
    let followed = 0;

    async function follow(path, number, say) {
      const mine = ++followed;
      for (let polls = 0; polls < POLLS && mine === followed; polls++) {
        await pause(POLL_MS);
        const { ok, body } = await call(`lms/submissions?path=${encodeURIComponent(path)}&number=${number}`, {});
        if (ok && mine === followed) {
          say(body);
          if (body.state !== 'waiting') {
            return;
          }
        }
      }
    }

    async function submit(panel, texts, button) {
      button.disabled = true;
      const id = Notification.emit(texts.sending, 'in-progress', { autoClose: false });
      const say = ({ message, state, url }) => {
        const type = { waiting: 'success', graded: 'success', released: 'success', refused: 'warning' }[state] || 'error';
        const actions = url ? [{ label: texts.feedback, callback: () => window.open(url, '_blank', 'noopener') }] : [];
        Notification.update({ id, message: message || texts.failed, type, actions, autoClose: false });
      };
      try {
        await panel.context.save();
        const path = panel.context.path;
        const { ok, body } = await call('lms/submissions', { method: 'POST', body: JSON.stringify({ path }) });
        say(body);
        if (ok) {
          void follow(path, body.number, say).catch(console.error);
        }
      } catch (error) {
        console.error(error);
        say({});
      } finally {
        button.disabled = false;
      }
    }

    async function decorate(panel) {
      await panel.context.ready;
      const { body } = await listed;
      const folder = panel.context.path.split('/').slice(0, 2).join('/');
      const assignment = body.assignments.find(each => each.folder === folder);
      if (!assignment || panel.isDisposed) {
        return;
      }
      const texts = TEXTS[body.locale] || TEXTS.en;
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'lms-submit';
      button.textContent = assignment.open ? texts.submit : texts.closed;
      button.title = assignment.open ? texts.hint : texts.closed;
      button.disabled = !assignment.open;
      button.addEventListener('click', () => void submit(panel, texts, button));
      const widget = new Widget({ node: document.createElement('div') });
      widget.node.style.display = 'flex';
      widget.node.append(button);
      panel.toolbar.insertItem(0, 'lms-submit', widget);
    }

    app.docRegistry.addWidgetExtension('Notebook', { createNew: panel => void decorate(panel) });
  }

  const container = {
    init(shareScope) {
      scope = shareScope;
    },
    async get() {
      return () => ({ __esModule: true, default: { id: 'lms-submit:button', autoStart: true, activate } });
    }
  };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB['lms-submit'] = container;
})();
