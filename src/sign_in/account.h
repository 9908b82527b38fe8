// /account: what proves a person, where they are signed in, and what they allowed apps (IAM-6,
// IAM-7, RE1, WA4). Each needs a session; what proves somebody is changed shortly after a sign-in
// with strong factors, or enrolled after one with a code. Belongs to one thread.
#pragma once

#include "request/exchange.h"
#include "request/prepared.h"
#include "sign_in/attempt.h"
#include "sign_in/desk.h"
#include "sign_in/sessions.h"

namespace salus::sign_in {

// What this session may do to what proves its user.
enum class FactorRight : std::uint8_t {
    none,   // sign in again first
    enrol,  // add or replace, and remove nothing: it began with a code
    all,
};
[[nodiscard]] FactorRight factor_right(identity::Session const& session, WallTime now) noexcept;

class Account {
public:
    // Borrows the desk.
    explicit Account(Desk const& desk) : desk_(desk) {}

    // Errors as SignIn::answer().
    [[nodiscard]] Result<request::Prepared> answer(request::Exchange& exchange) const;

private:
    [[nodiscard]] Result<request::Prepared> by_form(Visit const& visit, LiveSession live) const;
    [[nodiscard]] Result<request::Prepared> change_factors(Visit const& visit,
                                                           LiveSession live) const;
    [[nodiscard]] Result<request::Prepared> remove_factors(Visit const& visit,
                                                           LiveSession live) const;
    [[nodiscard]] Result<request::Prepared> overview(Visit const& visit, LiveSession const& live,
                                                     Literal what_failed, int status) const;

    // Sessions and apps (account.cc).
    [[nodiscard]] Result<request::Prepared> end_session(Visit const& visit,
                                                        LiveSession const& live) const;
    [[nodiscard]] Result<request::Prepared> end_all_sessions(Visit const& visit,
                                                             LiveSession live) const;
    [[nodiscard]] Result<request::Prepared> end_app(Visit const& visit,
                                                    LiveSession const& live) const;
    [[nodiscard]] Result<request::Prepared> sign_out(Visit const& visit,
                                                     LiveSession const& live) const;

    // What proves (account_factors.cc).
    [[nodiscard]] Result<request::Prepared> changed(Visit const& visit, LiveSession live,
                                                    audit::Event event) const;
    [[nodiscard]] Result<request::Prepared> set_password(Visit const& visit,
                                                         LiveSession live) const;
    [[nodiscard]] Result<request::Prepared> show_one_time_password(Visit const& visit,
                                                                   LiveSession const& live,
                                                                   Literal what_failed,
                                                                   int status) const;
    [[nodiscard]] Result<request::Prepared> set_one_time_password(Visit const& visit,
                                                                  LiveSession live) const;
    [[nodiscard]] Result<request::Prepared> remove_one_time_password(Visit const& visit,
                                                                     LiveSession live) const;
    [[nodiscard]] Result<request::Prepared> new_recovery_codes(Visit const& visit,
                                                               LiveSession live) const;

    // Passkeys (account_passkeys.cc).
    [[nodiscard]] Result<request::Prepared> begin_passkey(Visit const& visit,
                                                          LiveSession const& live) const;
    [[nodiscard]] Result<request::Prepared> add_passkey(Visit const& visit, LiveSession live) const;
    [[nodiscard]] Result<request::Prepared> remove_passkey(Visit const& visit,
                                                           LiveSession live) const;
    [[nodiscard]] Result<request::Prepared> rename_passkey(Visit const& visit,
                                                           LiveSession live) const;

    Desk const& desk_;
};

}  // namespace salus::sign_in
