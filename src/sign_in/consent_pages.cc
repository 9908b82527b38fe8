#include "sign_in/consent_pages.h"

#include "oauth/authorizations.h"
#include "oauth/redirect_uri.h"
#include "sign_in/dates.h"
#include "sign_in/scope_words.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

std::string_view name_of(ShownPatient const& patient) {
    if (patient.name.empty()) return "a patient without a recorded name";
    return patient.name;
}

void whose(pages::Html& html, ShownPatient const& patient) {
    html.raw("<p class=\"note\">The record of <strong>");
    html.name(name_of(patient)).raw("</strong>");
    if (!patient.birth_date.empty()) {
        html.raw(", <span class=\"whole\">born ");
        html.text(date_in_words(patient.birth_date)).raw("</span>");
    }
    html.raw("</p>\n");
}

void begin_choice(pages::Html& html, Waiting const& waiting, Literal title, Literal why) {
    html.element("h1", title.text());
    html.raw("<p class=\"soft\">for <strong>").name(waiting.client->name).raw("</strong></p>");
    html.element("p", why.text());
}

Screen choice_screen(pages::Html html, Waiting const& waiting, Literal title, int status) {
    Screen screen{
        .title = title, .body = std::move(html), .status = status, .problem = status != 200};
    screen.powers.form_targets = oauth::origin_of(waiting.pending.value.request.redirect_uri);
    return screen;
}

}  // namespace

Screen patient_page(Visit const& visit, Waiting const& waiting, Literal what_failed, int status) {
    pages::Html html;
    begin_choice(html, waiting, texts::kPatient, texts::kPatientWhy);
    problem(html, what_failed);
    open_form(html, visit, "/sign-in/patient");
    auto const id = visit.field("patient");
    auto const name = visit.field("name");
    auto const birth_date = visit.field("birth_date");
    bool const wrong = !what_failed.empty();
    text_field(html, {.name = "name",
                      .label = "Family or given name",
                      .value = name,
                      .focus = id.empty(),
                      .problem = wrong && id.empty()});
    text_field(html, {.name = "birth_date",
                      .label = "Birth date",
                      .type = "date",
                      .value = birth_date,
                      .problem = wrong && id.empty()});
    submit(html, "Find the patient");
    html.close("form");
    open_form(html, visit, "/sign-in/patient");
    text_field(html, {.name = "patient",
                      .label = "Or the patient's id",
                      .value = id,
                      .focus = !id.empty(),
                      .problem = wrong && !id.empty()});
    submit(html, "Continue with this id", "second");
    html.close("form");
    return choice_screen(std::move(html), waiting, texts::kPatient, status);
}

Screen patients_page(Visit const& visit, Waiting const& waiting,
                     std::span<ShownPatient const> patients) {
    pages::Html html;
    begin_choice(html, waiting, texts::kWhichPatient, texts::kWhichPatientWhy);
    html.open("ul", {{"class", "rows"}});
    for (auto const& patient : patients) {
        html.raw("<li><span class=\"what\">").name(name_of(patient)).raw("<small>born ");
        html.text(date_in_words(patient.birth_date)).text(", id ").text(patient.id);
        html.raw("</small></span>");
        open_form(html, visit, "/sign-in/patient");
        html.hidden("patient", patient.id);
        html.open("button", {{"type", "submit"}, {"class", "small"}}).text("Choose");
        html.raw("<span class=\"unseen\"> ").text(name_of(patient)).text(", id ");
        html.text(patient.id).raw("</span>").close("button").close("form").close("li");
    }
    html.close("ul");
    html.raw("<p class=\"soft after\"><a href=\"").text(visit.address("/sign-in"));
    html.raw("\">Look for another patient</a></p>");
    return choice_screen(std::move(html), waiting, texts::kWhichPatient, 200);
}

namespace {

void signed_in_as(pages::Html& html, identity::User const& user) {
    html.raw("<p class=\"soft\">You are signed in as <strong>");
    html.name(user.display_name.empty() ? user.user_name : user.display_name);
    html.raw("</strong></p>\n");
}

// Whoever does not allow it states no reason: that button sends the form as it stands.
void decision(pages::Html& html, std::string_view allow) {
    html.raw(
        "<div class=\"pair\"><button type=\"submit\" name=\"decision\" value=\"deny\" "
        "class=\"second\" formnovalidate>Do not allow</button>"
        "<button type=\"submit\" name=\"decision\" value=\"allow\">");
    html.text(allow).raw("</button></div>");
}

// An app asks for what it is always asked for.
void consent(pages::Html& html, ConsentPage const& page) {
    bool const own = !page.user.patient.empty();
    html.open("h1").name(page.waiting.client->name).text(" asks for access").close("h1");
    signed_in_as(html, page.user);
    problem(html, page.what_failed);
    if (page.patient != nullptr) whose(html, *page.patient);
    // What its token will be for; without one there is nothing to allow.
    if (auto const purpose = oauth::common_purpose(*page.waiting.client, page.user,
                                                   page.waiting.pending.value.request.purpose)) {
        html.raw("<p class=\"note\">Purpose: <strong>");
        html.text(purpose_in_words(*purpose).text()).raw("</strong></p>\n");
    }
    html.element("p", "If you allow it, the app can:");
    allowances(html, in_words(page.scope, own ? Whose::own : Whose::chosen_patient));
    html.element("p", until_in_words(page.scope), {{"class", "note"}});
    open_form(html, page.visit, "/sign-in/consent");
    html.hidden("shown", page.shown);
    decision(html, "Allow");
    html.close("form");
}

// What is grave comes first, and looks like it.
void emergency(pages::Html& html, ConsentPage const& page) {
    html.element("h1", texts::kEmergency.text());
    signed_in_as(html, page.user);
    problem(html, page.what_failed);
    html.element("p", texts::kEmergencyWhy.text(), {{"class", "grave"}});
    if (page.patient != nullptr) whose(html, *page.patient);
    html.raw("<p>Until it ends, <strong>")
        .name(page.waiting.client->name)
        .raw("</strong> can:</p>");
    // It ends before the sign-in does.
    auto scope = page.scope;
    scope.words.remove(request::ScopeWord::online_access);
    allowances(html, in_words(scope, Whose::chosen_patient));
    html.element("p", "It ends by itself after " + std::to_string(page.lasts.count()) +
                          " minutes. You can end it sooner in your account.");
    open_form(html, page.visit, "/sign-in/consent");
    html.hidden("shown", page.shown);
    text_field(html, {.name = "reason",
                      .label = texts::kEmergencyReason,
                      .value = page.reason,
                      .focus = true,
                      .problem = page.what_failed == texts::kEmergencyReasonMissing});
    decision(html, texts::kEmergency.text());
    html.close("form");
}

}  // namespace

Screen consent_page(ConsentPage const& page) {
    bool const is_emergency = page.waiting.pending.value.request.is_emergency();
    pages::Html html;
    if (is_emergency) {
        emergency(html, page);
    } else {
        consent(html, page);
    }
    Screen screen{.title = is_emergency ? texts::kEmergency : Literal("Allow access"),
                  .body = std::move(html),
                  .problem = !page.what_failed.empty()};
    screen.powers.form_targets = oauth::origin_of(page.waiting.pending.value.request.redirect_uri);
    return screen;
}

}  // namespace salus::sign_in
