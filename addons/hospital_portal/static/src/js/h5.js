// Small helps of the patient pages. Every page works without them.

const body = document.body;

/** Lock a form after its first submit and show that something happens. */
function lockForms() {
    document.addEventListener("submit", (event) => {
        const form = event.target;
        if (form.dataset.stays) {
            // A download leaves the page as it is.
            return;
        }
        if (form.dataset.sent) {
            event.preventDefault();
            return;
        }
        form.dataset.sent = "1";
        const button = event.submitter;
        if (button) {
            button.dataset.text = button.textContent;
            button.classList.add("busy");
            button.textContent = body.dataset.busy;
            button.setAttribute("aria-busy", "true");
        }
        // Disabled after the browser has read the form, so that the button's own value goes along.
        setTimeout(() => {
            for (const one of form.querySelectorAll("button")) {
                one.disabled = true;
            }
        });
    });
    window.addEventListener("pageshow", (event) => event.persisted && unlockForms());
}

/** Make forms usable again when the back button brings a page from the cache. */
function unlockForms() {
    for (const form of document.querySelectorAll("form[data-sent]")) {
        delete form.dataset.sent;
        for (const button of form.querySelectorAll("button")) {
            button.disabled = false;
            button.classList.remove("busy");
            button.removeAttribute("aria-busy");
            button.textContent = button.dataset.text || button.textContent;
        }
    }
}

/** Count a hold down to zero, then load the page again for the server's word. */
function countDown(node) {
    const end = performance.now() + Number(node.dataset.seconds) * 1000;
    const tick = () => {
        const left = Math.max(0, Math.round((end - performance.now()) / 1000));
        const seconds = String(left % 60).padStart(2, "0");
        node.textContent = `${Math.floor(left / 60)}:${seconds}`;
        if (left) {
            setTimeout(tick, 1000);
        } else {
            setTimeout(() => location.reload(), 1500);
        }
    };
    tick();
}

/** Refresh the numbers left; slower after each failure, silent when nobody looks. */
function pollLeft(node) {
    let wait = 5000;
    const ask = async () => {
        if (!document.hidden) {
            try {
                const answer = await fetch(node.dataset.left, { credentials: "omit" });
                showLeft(node, (await answer.json()).periods || {});
                wait = 5000;
            } catch {
                wait = Math.min(wait * 2, 60000);
            }
        }
        setTimeout(ask, wait);
    };
    setTimeout(ask, wait);
}

function showLeft(node, periods) {
    for (const one of node.querySelectorAll("[data-period]")) {
        const left = periods[one.dataset.period];
        if (left !== undefined) {
            one.textContent = left ? node.dataset.some.replace("0", left) : node.dataset.none;
        }
    }
}

/** Show the guardian's fields for minors and the birth date only where the ID says nothing. */
function fitRegistration(form) {
    const fit = () => {
        const resident = form.elements.id_type.value === "resident";
        form.querySelector(".js-birth").hidden = resident;
    };
    form.elements.id_type.addEventListener("change", fit);
    fit();
}

/**
 * Move the chosen day into the middle of its row. Not by scrollIntoView: in some browsers the
 * next Tab would go on from there and miss the skip link.
 */
function showChosen(link) {
    const row = link.closest("ul");
    const middle = (row.clientWidth - link.offsetWidth) / 2;
    row.scrollLeft = link.offsetLeft - row.offsetLeft - middle;
}

lockForms();
document.querySelectorAll("[data-seconds]").forEach(countDown);
document.querySelectorAll("[data-left]").forEach(pollLeft);
document.querySelectorAll("form.js-register").forEach(fitRegistration);
document.querySelectorAll(".days [aria-current], .tabs [aria-current]").forEach(showChosen);
