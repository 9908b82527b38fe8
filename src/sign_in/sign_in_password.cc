// Passwords, one-time passwords and codes (IAM-6): each guess is counted, and none of the answers
// tells whether the name exists.
#include "factors/totp.h"
#include "identity/enrolment.h"
#include "oauth/browser.h"
#include "sign_in/password_check.h"
#include "sign_in/sign_in.h"
#include "sign_in/sign_in_pages.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

using identity::Assurance;

void failed(Visit const& visit, std::optional<StoredUser> const& user) {
    auto& facts = visit.exchange().facts;
    facts.event = audit::Event::sign_in_failed;
    if (user) facts.target_user = user->value.id;
}

request::Prepared with_retry_after(request::Prepared prepared, std::chrono::seconds wait) {
    prepared.headers.set("Retry-After", std::to_string(wait.count()));
    return prepared;
}

// Whose password is right but who has nothing to prove besides cannot come in by it.
bool goes_on(PasswordCheck const& check, std::optional<StoredUser> const& user) {
    return check.right && user && user->value.totp;
}

// Uses the code up, if it is one of this user's.
bool use_code(std::optional<StoredUser>& user, std::string_view typed, WallTime now) {
    if (!user) return false;
    auto& person = user->value;
    return identity::use_enrolment(person, typed, now) ||
           (person.recovery_codes && person.recovery_codes->use(typed));
}

}  // namespace

Result<request::Prepared> SignIn::take_password(Visit const& visit) const {
    auto const name = visit.field("username");
    auto documents = desk_.documents();
    SALUS_TRY(auto user, user_named(documents, name));
    SALUS_TRY(auto guess, Guess::begin(desk_, visit, name, user));
    if (auto const wait = guess.retry_after(); wait.count() > 0) {
        failed(visit, user);
        SALUS_TRY(auto page, ask_to_sign_in(visit, texts::kTooManyGuesses, 429));
        return with_retry_after(std::move(page), wait);
    }
    auto const place = desk_.places.take();
    if (!place) {
        SALUS_TRY(auto page, ask_to_sign_in(visit, texts::kBusy, 503));
        return with_retry_after(std::move(page), std::chrono::seconds(2));
    }
    SALUS_TRY(auto const check, check_password(desk_, visit.field("password"), user));
    if (!goes_on(check, user)) {
        failed(visit, user);
        SALUS_TRY(auto page, ask_to_sign_in(visit, texts::kDidNotWork, 403));
        SALUS_TRY_VOID(guess.wrong(page));
        return page;
    }
    auto prepared = go_to(visit, "/sign-in/one-time-password");
    SALUS_TRY(auto attempt, attempt_of(desk_, visit.browser()));
    attempt->user_name = user->value.user_name;
    attempt->half = identity::FirstHalf{.user = user->value.id};
    SALUS_TRY_VOID(keep(desk_, attempt, prepared));
    SALUS_TRY_VOID(guess.half_right(prepared));
    if (!check.renewed.empty()) {
        user->value.password->record = check.renewed;
        SALUS_TRY_VOID(save(documents, *user, prepared));
    }
    visit.exchange().facts.user = user->value.id;
    return prepared;
}

Result<request::Prepared> SignIn::ask_one_time_password(Visit const& visit, Literal what_failed,
                                                        int status) const {
    SALUS_TRY(auto const attempt, attempt_of(desk_, visit.browser()));
    if (!attempt.value.half) return go_to(visit, "/sign-in");
    SALUS_TRY(auto const waiting, waiting_here(desk_, visit));
    return show(visit, one_time_password_page({.visit = visit,
                                               .waiting = waiting ? &*waiting : nullptr,
                                               .what_failed = what_failed,
                                               .status = status}));
}

// The one-time password is of the user whose password was right, and of nobody else (N3).
Result<request::Prepared> SignIn::take_one_time_password(Visit const& visit) const {
    auto documents = desk_.documents();
    SALUS_TRY(auto const attempt, attempt_of(desk_, visit.browser()));
    if (!attempt.value.half) return go_to(visit, "/sign-in");
    SALUS_TRY(auto user, active_user(documents, attempt.value.half->user));
    SALUS_TRY(auto guess, Guess::begin(desk_, visit, attempt.value.user_name, user));
    if (auto const wait = guess.retry_after(); wait.count() > 0) {
        failed(visit, user);
        SALUS_TRY(auto page, ask_one_time_password(visit, texts::kTooManyGuesses, 429));
        return with_retry_after(std::move(page), wait);
    }
    std::optional<factors::TotpStep> step;
    if (user && user->value.password && user->value.totp) {
        auto const& totp = *user->value.totp;
        step = factors::verify_totp(totp.secret, one_time_password_in(visit), visit.now(),
                                    totp.last_used);
    }
    if (!step) {
        failed(visit, user);
        SALUS_TRY(auto page, ask_one_time_password(visit, texts::kCodeDidNotWork, 403));
        SALUS_TRY_VOID(guess.wrong(page));
        return page;
    }
    user->value.totp->last_used = step;
    auto prepared = go_on(visit);
    SALUS_TRY_VOID(save(documents, *user, prepared));
    SALUS_TRY_VOID(guess.right(prepared));
    SALUS_TRY_VOID(begin_session(desk_, visit, user->value,
                                 {.assurance = Assurance::multi_factor,
                                  .provider_roles = attempt.value.half->provider_roles},
                                 prepared));
    return prepared;
}

Result<request::Prepared> SignIn::ask_code(Visit const& visit, Literal what_failed,
                                           int status) const {
    SALUS_TRY(auto const waiting, waiting_here(desk_, visit));
    return show(visit, code_page({.visit = visit,
                                  .waiting = waiting ? &*waiting : nullptr,
                                  .what_failed = what_failed,
                                  .status = status}));
}

// RE1: a session that can do nothing but enrol a factor.
Result<request::Prepared> SignIn::take_code(Visit const& visit) const {
    auto documents = desk_.documents();
    auto const name = visit.field("username");
    SALUS_TRY(auto user, user_named(documents, name));
    SALUS_TRY(auto guess, Guess::begin(desk_, visit, name, user));
    if (auto const wait = guess.retry_after(); wait.count() > 0) {
        failed(visit, user);
        SALUS_TRY(auto page, ask_code(visit, texts::kTooManyGuesses, 429));
        return with_retry_after(std::move(page), wait);
    }
    if (!use_code(user, visit.field("code"), visit.now())) {
        failed(visit, user);
        SALUS_TRY(auto page, ask_code(visit, texts::kDidNotWork, 403));
        SALUS_TRY_VOID(guess.wrong(page));
        return page;
    }
    auto prepared = go_to(visit, "/account");
    SALUS_TRY_VOID(save(documents, *user, prepared));
    SALUS_TRY_VOID(guess.right(prepared));
    SALUS_TRY_VOID(
        begin_session(desk_, visit, user->value, {.assurance = Assurance::recovery}, prepared));
    return prepared;
}

}  // namespace salus::sign_in
