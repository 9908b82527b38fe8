#include "minimum_necessary/narrowing.h"

#include <array>
#include <gtest/gtest.h>

#include "fhir/operation_outcome.h"
#include "http/test_support.h"
#include "request/caller_for_test.h"
#include "request/intent_for_test.h"
#include "request/permit_for_test.h"
#include "request/receipt_for_test.h"
#include "request/redisclosure_notice.h"

namespace salus::minimum_necessary {
namespace {

using request::Interaction;
using testing::EphiTestAccess;
using testing::make_permit;
using testing::only_elements;

constexpr std::array kErrors{
    Errc::invalid,
    Errc::unauthenticated,
    Errc::forbidden,
    Errc::not_found,
    Errc::method_not_allowed,
    Errc::not_acceptable,
    Errc::timeout,
    Errc::conflict,
    Errc::gone,
    Errc::precondition_failed,
    Errc::too_large,
    Errc::unsupported_media_type,
    Errc::unprocessable,
    Errc::rate_limited,
    Errc::not_supported,
    Errc::unavailable,
    Errc::corrupt,
    Errc::internal,
};
constexpr std::array kForms{ErrorForm::operation_outcome, ErrorForm::oauth, ErrorForm::problem};

std::string const kStored =
    R"({"resourceType":"Patient","id":"p1","meta":{"versionId":"1"},"gender":"male",)"
    R"("birthDate":"1970-01-01"})";

class NarrowingTest : public ::testing::Test {
protected:
    [[nodiscard]] request::Permit permit(request::AllowedElements const& elements,
                                         request::RequestedElements requested = {}) const {
        auto facts = testing::facts_of_intent(Interaction::read, "Patient");
        facts.elements = std::move(requested);
        return make_permit(testing::make_caller(testing::facts_of_caller("system/*.r")),
                           testing::make_intent(std::move(facts)), elements);
    }
    http::Response disclosed(request::Disclosable answer) const {
        return disclose(std::move(answer), testing::make_receipt(9, exchange_.id));
    }
    std::string narrowed(request::Prepared prepared, request::Permit const& permit) {
        auto answer = narrowing_.narrow(prepared, permit, exchange_);
        if (!answer) return std::string(answer.error().why.text());
        auto const response = disclosed(*std::move(answer));
        return std::string(EphiTestAccess::open(response.body));
    }

    [[nodiscard]] RefusedRequest refused(ErrorForm form) const {
        return {.form = form,
                .challenge = {.error = request::CredentialError::invalid_token,
                              .dpop = false,
                              .acr_values = {}},
                .issuer = "https://localhost",
                .id = exchange_.id};
    }

    Narrowing narrowing_;
    request::Exchange exchange_ = [] {
        request::Exchange exchange;
        exchange.id = RequestId("request-1");
        exchange.started = WallTime(std::chrono::sys_days{std::chrono::year{2026} / 11 / 24});
        return exchange;
    }();
};

request::Prepared prepared_resource(std::string text, std::string type = "Patient") {
    request::Prepared prepared;
    prepared.content = request::ResourceContent{std::move(type), EphiText(std::move(text))};
    return prepared;
}

TEST_F(NarrowingTest, AResourceLeavesWholeOnlyIfAllOfItMay) {
    EXPECT_EQ(narrowed(prepared_resource(kStored), permit(testing::all_elements())), kStored);
    EXPECT_EQ(narrowed(prepared_resource(kStored), permit(only_elements({"gender"}))),
              (R"({"resourceType":"Patient","id":"p1","meta":{"versionId":"1","security":[)"
               R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue",)"
               R"("code":"REDACTED"}]},"gender":"male"})"));
}

TEST_F(NarrowingTest, WhatCannotBeFollowedDoesNotLeave) {
    EXPECT_EQ(narrowed(prepared_resource(kStored, "Stranger"), permit(only_elements({}))),
              "a stored resource has no known type");
    auto broken = prepared_resource(R"({"resourceType":"Patient")");
    EXPECT_FALSE(narrowing_.narrow(broken, permit(only_elements({})), exchange_).has_value());
}

TEST_F(NarrowingTest, EntriesOfABundleAreNarrowedEach) {
    for (auto const kind : {request::BundleKind::searchset, request::BundleKind::history}) {
        request::BundleContent content{.kind = kind};
        for (int i = 0; i < 3; ++i) {
            request::EntryContent entry;
            entry.type = "Patient";
            entry.text = EphiText(kStored);
            content.entries.push_back(std::move(entry));
        }
        request::Prepared prepared;
        prepared.content = std::move(content);
        auto const body = narrowed(std::move(prepared), permit(only_elements({"gender"})));
        EXPECT_FALSE(body.contains("birthDate")) << body;
        EXPECT_FALSE(body.contains("1970"));
        std::size_t labels = 0;
        for (auto at = body.find("REDACTED"); at != std::string::npos;
             at = body.find("REDACTED", at + 1)) {
            ++labels;
        }
        EXPECT_EQ(labels, 3U);
    }
}

// 42 CFR 2.32(a)(2), in a header, on the resource, and in bundles beside it.
TEST_F(NarrowingTest, TheNoticeAccompaniesWhatBearsIt) {
    auto const notice = std::string(request::kRedisclosureNotice.text());
    auto const told = [&](request::Prepared prepared) {
        auto answer =
            narrowing_.narrow(prepared, permit(testing::all_elements()), exchange_).value();
        auto const response = disclosed(std::move(answer));
        return std::pair(std::string(response.headers.get("Salus-Notice").value_or("")),
                         std::string(EphiTestAccess::open(response.body)));
    };
    auto one = prepared_resource(kStored);
    std::get<request::ResourceContent>(one.content).bears_notice = true;
    auto const [header, body] = told(std::move(one));
    EXPECT_EQ(header, notice);
    EXPECT_TRUE(body.contains(request::kNoRedisclosureLabel)) << body;
    EXPECT_EQ(told(prepared_resource(kStored)), std::pair(std::string(), kStored));
    for (bool const bears : {true, false}) {
        for (auto const kind : {request::BundleKind::searchset, request::BundleKind::history}) {
            request::BundleContent content{.kind = kind};
            for (int i = 0; i < 2; ++i) {
                request::EntryContent entry;
                entry.type = "Patient";
                entry.text = EphiText(kStored);
                entry.response_status = "200";
                entry.bears_notice = bears && i == 0;
                content.entries.push_back(std::move(entry));
            }
            request::Prepared prepared;
            prepared.content = std::move(content);
            auto const [with, bundle] = told(std::move(prepared));
            EXPECT_EQ(with, bears ? notice : "");
            auto const label = bundle.find("NORDSCLCD");
            EXPECT_EQ(label != std::string::npos, bears);
            EXPECT_EQ(bundle.find("NORDSCLCD", bears ? label + 1 : 0), std::string::npos);
            bool const searched = kind == request::BundleKind::searchset;
            EXPECT_EQ(bundle.contains(R"("search":{"mode":"outcome"})"), bears && searched);
            EXPECT_EQ(bundle.contains(R"("outcome":{"resourceType":"OperationOutcome")"),
                      bears && !searched);
            EXPECT_EQ(bundle.contains(notice), bears) << bundle;
        }
    }
}

TEST_F(NarrowingTest, ABatchIsAccompaniedByTheNoticeOfItsEntries) {
    request::EntryContent entry;
    entry.answered.emplace();
    entry.answered->status = 200;
    entry.answered->headers.set(request::kNoticeHeader, request::kRedisclosureNotice.text());
    entry.answered->body = EphiText(kStored);
    request::BundleContent content{.kind = request::BundleKind::batch_response};
    content.entries.push_back(std::move(entry));
    request::Prepared prepared;
    prepared.content = std::move(content);
    auto answer = narrowing_.narrow(prepared, permit(testing::all_elements()), exchange_).value();
    auto const response = disclosed(std::move(answer));
    EXPECT_EQ(response.headers.get("Salus-Notice"), request::kRedisclosureNotice.text());
    EXPECT_TRUE(std::string(EphiTestAccess::open(response.body))
                    .contains(R"("outcome":{"resourceType":"OperationOutcome")"));
}

TEST_F(NarrowingTest, ATransactionsEntriesFollowTheirOwnDecision) {
    request::BundleContent content{.kind = request::BundleKind::transaction_response};
    request::EntryContent entry;
    entry.type = "Patient";
    entry.text = EphiText(kStored);
    entry.decided_by = 7;  // no such entry was decided
    content.entries.push_back(std::move(entry));
    request::Prepared prepared;
    prepared.content = std::move(content);
    EXPECT_THROW(
        static_cast<void>(narrowing_.narrow(prepared, permit(testing::all_elements()), exchange_)),
        std::out_of_range);
}

TEST_F(NarrowingTest, ARefusalSaysItsLiteralAndNothingElse) {
    Error const error{Errc::forbidden, "no \"scope\"", {}};
    auto const refusal = [&](ErrorForm form) {
        return disclosed(Narrowing::refusal(error, refused(form)));
    };
    auto const oauth = refusal(ErrorForm::oauth);
    EXPECT_EQ(EphiTestAccess::open(oauth.body),
              R"({"error":"invalid_request","error_description":"no \"scope\""})");
    EXPECT_EQ(oauth.headers.get("Content-Type"), "application/json");
    auto const problem = refusal(ErrorForm::problem);
    EXPECT_EQ(EphiTestAccess::open(problem.body), R"({"status":403,"title":"no \"scope\""})");
    EXPECT_EQ(problem.headers.get("Content-Type"), "application/problem+json");
    auto const outcome = refusal(ErrorForm::operation_outcome);
    EXPECT_EQ(EphiTestAccess::open(outcome.body), fhir::operation_outcome(error));
    EXPECT_EQ(outcome.headers.get("Content-Type"), "application/fhir+json");
}

TEST_F(NarrowingTest, EveryErrorHasAStatusAndAllFormsAgreeOnIt) {
    json::Parser parser;
    for (auto const code : kErrors) {
        for (auto const form : kForms) {
            Error const error{code, "a reason", {}};
            auto const response = disclosed(Narrowing::refusal(error, refused(form)));
            EXPECT_EQ(response.status, fhir::http_status(code));
            EXPECT_GE(response.status, 400);
            EXPECT_LT(response.status, 600);
            auto const body = std::string(EphiTestAccess::open(response.body));
            EXPECT_TRUE(parser.parse(body).has_value()) << body;
            EXPECT_TRUE(body.contains("a reason"));
            // TK3: at the endpoints of OAuth too, where somebody showed a credential in vain.
            bool const asks_for_token = code == Errc::unauthenticated;
            EXPECT_EQ(response.headers.count("WWW-Authenticate"), asks_for_token ? 1U : 0U);
            bool const later = code == Errc::unavailable || code == Errc::rate_limited;
            EXPECT_EQ(response.headers.count("Retry-After"), later ? 1U : 0U);
        }
    }
}

TEST_F(NarrowingTest, AnAnswerCarriesTheNumberOfItsRecord) {
    Error const error{Errc::not_found, "no such resource", {}};
    auto const response = disclosed(Narrowing::refusal(error, refused(ErrorForm::problem)));
    EXPECT_EQ(response.headers.get("X-Request-Id"), "request-1");
    EXPECT_EQ(response.headers.get("Salus-Audit-Leaf"), "9");
}

TEST_F(NarrowingTest, TheReceiptOfAnotherRequestOpensNothing) {
    Error const error{Errc::not_found, "no such resource", {}};
    auto answer = Narrowing::refusal(error, refused(ErrorForm::problem));
    auto receipt = testing::make_receipt(9, RequestId("request-2"));
    EXPECT_DEATH(static_cast<void>(disclose(std::move(answer), std::move(receipt))), "");
}

}  // namespace
}  // namespace salus::minimum_necessary
