// One request of a person's browser, taken apart: where it goes, what it says, which cookies it
// has, and whether a form is one of ours (F5). Belongs to one thread; lives within one request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/random.h"
#include "foundation/clock.h"
#include "identity/secret_id.h"
#include "request/exchange.h"
#include "request/form.h"

namespace salus::sign_in {

class Visit {
public:
    // Borrows the exchange. Errc::invalid for a parameter that is there twice, in the address and
    // in the form together (F12), and for a POST with parameters in its address.
    static Result<Visit> of(request::Exchange& exchange, crypto::Random& random, WallTime now);

    [[nodiscard]] request::Exchange& exchange() const noexcept { return *exchange_; }
    [[nodiscard]] request::Tenant const& tenant() const noexcept { return *exchange_->tenant; }
    // The segments below /sign-in or /account, with slashes between.
    [[nodiscard]] std::string const& place() const noexcept { return place_; }
    [[nodiscard]] bool posts() const noexcept {
        return exchange_->request.method == http::Method::post;
    }
    [[nodiscard]] WallTime now() const noexcept { return now_; }
    // Empty when it is not there.
    [[nodiscard]] std::string field(std::string_view name) const;
    // Of the request for authorization that waits; empty: none.
    [[nodiscard]] std::string authorization() const {
        return resumed_ ? *resumed_ : field("authorization");
    }
    // This visit, with the request for authorization for which the browser had gone elsewhere:
    // what its address says of one does not count.
    [[nodiscard]] Visit resumed(std::string authorization) const {
        auto visit = *this;
        visit.resumed_ = std::move(authorization);
        return visit;
    }

    // What this browser is known by before anybody signs in: its cookie, or a new one.
    [[nodiscard]] identity::SecretId const& browser() const noexcept { return browser_; }
    [[nodiscard]] bool is_new_browser() const noexcept { return new_browser_; }
    [[nodiscard]] std::optional<identity::SecretId> const& session() const noexcept {
        return session_;
    }
    [[nodiscard]] std::optional<identity::SecretId> const& device() const noexcept {
        return device_;
    }

    // Names one of our pages: the tenant's path and, where one waits, the request for
    // authorization.
    [[nodiscard]] std::string address(Literal page) const;
    // What a form of ours carries: nobody but this browser and this server can know it.
    [[nodiscard]] std::string form_token() const;
    // Errc::forbidden for a form that another site sent, or that has no such token.
    [[nodiscard]] Result<void> check_form() const;

private:
    request::Exchange* exchange_ = nullptr;
    std::string place_;
    std::vector<request::Parameter> fields_;
    std::optional<std::string> resumed_;
    identity::SecretId browser_;
    bool new_browser_ = false;
    std::optional<identity::SecretId> session_;
    std::optional<identity::SecretId> device_;
    WallTime now_{};
};

// The field "code" without the spaces with which applications show one.
[[nodiscard]] std::string one_time_password_in(Visit const& visit);

}  // namespace salus::sign_in
