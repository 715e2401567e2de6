// Shows where the submission stands; without this script the page reloads itself.
"use strict";
const place = document.getElementById("stage");
const events = new EventSource(place.dataset.events);
events.addEventListener("state", (event) => { place.textContent = event.data; });
events.addEventListener("done", () => { events.close(); location.reload(); });
