#include "consent/consent.h"

#include <algorithm>
#include <array>
#include <limits>

#include "consent/provision_reader.h"
#include "crypto/hash.h"
#include "foundation/bytes.h"

namespace salus::consent {
namespace {

constexpr std::size_t kLabelBytes = 8;
constexpr std::string_view kScopes = "http://terminology.hl7.org/CodeSystem/consentscope";

// Without implicitRules and modifierExtension, which may change the meaning of all.
constexpr auto kMembers = std::to_array<std::string_view>({
    "resourceType",    "meta",
    "language",        "text",
    "contained",       "identifier",
    "status",          "scope",
    "category",        "patient",
    "dateTime",        "performer",
    "organization",    "sourceAttachment",
    "sourceReference", "policy",
    "policyRule",      "verification",
    "provision",
});
constexpr auto kPolicyMembers = std::to_array<std::string_view>({"authority", "uri"});
constexpr auto kVerificationMembers =
    std::to_array<std::string_view>({"verified", "verifiedWith", "verificationDate"});

Provision deny_all() {
    Provision provision;
    provision.path = "p";
    return provision;
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> all) {
    return std::ranges::find(all, text) != all.end();
}

class ConsentReader {
public:
    ConsentReader(json::Value root, ConsentSettings const& settings)
        : root_(root), settings_(settings) {}

    std::optional<Consent> read() {
        Consent consent;
        consent.label = label_of_consent(root_.text_member("id").value_or(""));
        auto const status = root_.text_member("status").value_or("");
        if (is_any_of(status, {"draft", "proposed", "rejected", "entered-in-error"}))
            return std::nullopt;
        consent.ended = status == "inactive";
        if (!consent.ended && status != "active") reader_.misunderstand();
        if (!root_.member("resourceType").value_or(root_).is_text("Consent"))
            reader_.misunderstand();
        reader_.expect_members(root_, kMembers);
        auto const scope = read_scope();
        if (!scope) return std::nullopt;
        consent.scope = *scope;
        consent.verified = !settings_.verified_only || is_verified();
        read_policies();
        auto base = read_base();
        consent.policies = std::move(policies_);
        if (reader_.understood() && base) {
            consent.base = *std::move(base);
        } else {
            // Whether it permitted before it ended cannot be told: as if it had.
            consent.base = deny_all();
            consent.base.permits = consent.ended;
        }
        return consent;
    }

private:
    // Nothing: of a scope that is not about access to records.
    std::optional<Scope> read_scope() {
        auto const value = root_.member("scope");
        auto const codes = value ? reader_.concept_codes(*value) : std::vector<Code>();
        bool research = false;
        bool elsewhere = !codes.empty();
        for (auto const& each : codes) {
            bool const known = each.system == kScopes;
            if (known && each.code == "patient-privacy") return Scope::privacy;
            if (known && each.code == "research") research = true;
            if (!known || !is_any_of(each.code, {"adr", "treatment"})) elsewhere = false;
        }
        if (elsewhere) return std::nullopt;
        return research ? Scope::research : Scope::other;
    }

    bool is_verified() {
        bool verified = false;
        for (auto const each : reader_.elements(root_, "verification")) {
            reader_.expect_members(each, kVerificationMembers);
            auto const value = each.member("verified");
            if (value && value->is_boolean() && value->boolean()) verified = true;
        }
        return verified;
    }

    OverarchingPolicy policy_of(std::string_view uri) const {
        if (auto const listed = settings_.policies.find(uri); listed != settings_.policies.end())
            return listed->second;
        return overarching_policy_of(uri).value_or(settings_.unlisted);
    }

    void read_policies() {
        for (auto const each : reader_.elements(root_, "policy")) {
            reader_.expect_members(each, kPolicyMembers);
            auto const uri = each.text_member("uri");
            policies_.push_back(uri ? policy_of(*uri) : settings_.unlisted);
        }
        if (auto const rule = root_.member("policyRule")) {
            bool known = false;
            for (auto const& each : reader_.concept_codes(*rule)) {
                if (!sensitivity_of(each)) continue;  // of v3-ActCode
                bool const in = is_any_of(each.code, {"OPTIN", "OPTINR"});
                bool const out = is_any_of(each.code, {"OPTOUT", "OPTOUTE"});
                opt_in_ = opt_in_ || in;
                opt_out_ = opt_out_ || out;
                known = known || in || out;
            }
            policies_.push_back(known ? OverarchingPolicy::all_normal : settings_.unlisted);
        }
        if (policies_.empty()) policies_.push_back(settings_.unlisted);
    }

    // The rule of the whole consent. PCF gives the provision a type; R4 gives the type to the
    // policy rule. HL7's own examples with a policy rule and an untyped provision with conditions
    // can be read both ways, as what is permitted and as what is excepted: not understood.
    std::optional<Provision> read_base() {
        auto const value = root_.member("provision");
        auto read = value ? reader_.base(*value) : ProvisionReader::Base{};
        auto& provision = read.provision;
        bool const has_conditions = provision.is_about_request() || provision.is_about_data();
        if (opt_out_) {
            // Everything is denied but the exceptions.
            auto base = deny_all();
            base.path = "policy";
            base.period = provision.period;
            if (read.typed) {
                base.provisions.push_back(std::move(provision));
            } else if (!has_conditions) {
                base.provisions = std::move(provision.provisions);
            }
            return base;
        }
        if (read.typed) return std::move(provision);
        if (!opt_in_ || has_conditions) return std::nullopt;
        provision.permits = true;
        provision.path = "p";
        return std::move(provision);
    }

    json::Value root_;
    ConsentSettings const& settings_;
    ProvisionReader reader_;
    std::vector<OverarchingPolicy> policies_;
    bool opt_in_ = false;
    bool opt_out_ = false;
};

}  // namespace

std::optional<Consent> read_consent(json::Value root, ConsentSettings const& settings) {
    return ConsentReader(root, settings).read();
}

Consent unreadable_consent() {
    Consent consent;
    consent.label = "consent:unreadable";
    consent.base = deny_all();
    return consent;
}

std::string label_of_consent(std::string_view id) {
    auto const place = std::string("Consent/").append(id);
    auto const digest = crypto::sha256(bytes_of(place));
    return "consent:#" + to_hex(BytesView(digest).first(kLabelBytes));
}

}  // namespace salus::consent
