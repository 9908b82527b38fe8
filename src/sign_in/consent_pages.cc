#include "sign_in/consent_pages.h"

#include "oauth/redirect_uri.h"
#include "sign_in/scope_words.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

void allowances(pages::Html& html, std::vector<Allowance> const& all) {
    for (auto const& each : all) {
        if (each.things.empty()) {
            html.element("p", each.what, {{"class", "allowed"}});
            continue;
        }
        html.element("p", each.what + ":", {{"class", "allowed"}}).open("ul");
        for (auto const& thing : each.things) html.element("li", thing);
        html.close("ul");
    }
}

void whose(pages::Html& html, ShownPatient const& patient) {
    html.raw("<p class=\"note\">The record of <strong>");
    html.text(patient.name.empty() ? "a patient without a recorded name" : patient.name);
    html.raw("</strong>");
    if (!patient.birth_date.empty()) html.text(", born " + patient.birth_date);
    html.raw("</p>\n");
}

void begin_choice(pages::Html& html, Waiting const& waiting, Literal title, Literal why) {
    html.element("h1", title.text());
    html.raw("<p class=\"soft\">for <strong>").text(waiting.client->name).raw("</strong></p>");
    html.element("p", why.text());
}

Screen choice_screen(pages::Html html, Waiting const& waiting, Literal title, int status) {
    Screen screen{.title = title, .body = std::move(html), .status = status};
    screen.powers.form_targets = oauth::origin_of(waiting.pending.value.request.redirect_uri);
    return screen;
}

}  // namespace

Screen patient_page(Visit const& visit, Waiting const& waiting, Literal what_failed, int status) {
    pages::Html html;
    begin_choice(html, waiting, texts::kPatient, texts::kPatientWhy);
    problem(html, what_failed);
    open_form(html, visit, "/sign-in/patient");
    text_field(html, {.name = "name", .label = "Family or given name", .focus = true});
    text_field(html, {.name = "birth_date", .label = "Birth date", .type = "date"});
    submit(html, "Find the patient");
    html.close("form");
    open_form(html, visit, "/sign-in/patient");
    text_field(html, {.name = "patient", .label = "Or the patient's id"});
    submit(html, "Continue with this id", "second");
    html.close("form");
    return choice_screen(std::move(html), waiting, texts::kPatient, status);
}

Screen patients_page(Visit const& visit, Waiting const& waiting,
                     std::span<ShownPatient const> patients) {
    pages::Html html;
    begin_choice(html, waiting, texts::kWhichPatient, texts::kWhichPatientWhy);
    for (auto const& patient : patients) {
        whose(html, patient);
        open_form(html, visit, "/sign-in/patient");
        html.hidden("patient", patient.id);
        submit(html, "Choose this patient");
        html.close("form");
    }
    html.raw("<p class=\"soft\"><a href=\"").text(visit.address("/sign-in"));
    html.raw("\">Look for another patient</a></p>");
    return choice_screen(std::move(html), waiting, texts::kWhichPatient, 200);
}

Screen consent_page(ConsentPage const& page) {
    bool const own = !page.user.patient.empty();
    bool const emergency = page.waiting.pending.value.request.is_emergency();
    pages::Html html;
    html.open("h1").text(page.waiting.client->name).text(" asks for access").close("h1");
    html.raw("<p class=\"soft\">You are signed in as <strong>");
    html.text(page.user.display_name.empty() ? page.user.user_name : page.user.display_name);
    html.raw("</strong></p>\n");
    problem(html, page.what_failed);
    if (page.patient != nullptr) whose(html, *page.patient);
    html.element("p", "If you allow it, the app can:");
    allowances(html, in_words(page.scope, own ? Whose::own : Whose::chosen_patient));
    html.element("p", "You can end this at any time in your account.", {{"class", "soft"}});
    if (emergency) html.element("p", texts::kEmergencyWhy.text(), {{"class", "note"}});
    open_form(html, page.visit, "/sign-in/consent");
    html.hidden("shown", page.shown);
    if (emergency)
        text_field(html, {.name = "reason", .label = texts::kEmergencyReason, .focus = true});
    html.raw(
        "<div class=\"pair\"><button type=\"submit\" name=\"decision\" value=\"deny\" "
        "class=\"second\">Do not allow</button><button type=\"submit\" name=\"decision\" "
        "value=\"allow\">");
    html.text(emergency ? texts::kEmergency.text() : std::string_view("Allow"));
    html.raw("</button></div>");
    html.close("form");
    Screen screen{.title = "Allow access", .body = std::move(html)};
    screen.powers.form_targets = oauth::origin_of(page.waiting.pending.value.request.redirect_uri);
    return screen;
}

}  // namespace salus::sign_in
