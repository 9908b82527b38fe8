#include "admin/legal_holds.h"

#include <algorithm>

#include "admin/documents.h"
#include "admin/request_content.h"
#include "json/writer.h"

namespace salus::admin {
namespace {

constexpr auto kHoldsClass = records::DocumentClass::key_governance;
constexpr std::string_view kHoldsType = "legal-holds";
constexpr std::string_view kHeldPatientsId = "all";
constexpr std::size_t kHoldsOfPatient = 32;
constexpr std::size_t kPatientsHeld = 10'000;
constexpr std::size_t kReasonBytes = 1024;

std::string to_json(std::vector<LegalHold> const& holds) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("holds").begin_array();
    for (auto const& each : holds) {
        writer.begin_object().key("client").string(each.client).key("id").string(each.id);
        writer.key("placed").integer(each.placed).key("reason").string(each.reason).end_object();
    }
    writer.end_array().end_object();
    return text;
}

Result<std::vector<LegalHold>> read_holds(json::Parser& parser, std::string text) {
    SALUS_TRY(auto const document, parser.parse(std::move(text)));
    auto const list = document.root().member("holds");
    if (!list || !list->is_array()) return fail(Errc::corrupt, "stored holds cannot be read");
    std::vector<LegalHold> holds;
    for (auto const each : list->elements()) {
        auto const placed = each.member("placed");
        holds.push_back({.id = each.text_member("id").value_or(""),
                         .reason = each.text_member("reason").value_or(""),
                         .client = each.text_member("client").value_or(""),
                         .placed = placed ? placed->integer().value_or(0) : 0});
    }
    return holds;
}

// The compartments that have a hold, each as 32 hexadecimal digits.
struct HeldPatients {
    std::vector<std::string> patients;
    std::uint64_t version = 0;
};

Result<HeldPatients> held_patients(KeysDesk const& desk) {
    SALUS_TRY(auto stored, read_document(desk.records, kHoldsClass, kHoldsType, kHeldPatientsId));
    HeldPatients held;
    held.version = stored.version;
    if (stored.version == 0) return held;
    SALUS_TRY(auto const document, desk.parser.parse(std::move(stored.text)));
    for (auto const each : document.root().elements()) held.patients.push_back(each.text());
    return held;
}

std::string to_json(HeldPatients const& held) {
    std::string text;
    json::Writer writer(text);
    writer.begin_array();
    for (auto const& each : held.patients) writer.string(each);
    writer.end_array();
    return text;
}

// The patient's document, and the list of patients if it changes whether he is in it.
Result<void> add_holds(request::Prepared& prepared, KeysDesk const& desk,
                       CompartmentId const& patient, PatientHolds const& now) {
    SALUS_TRY_VOID(add_document(prepared, desk.records,
                                {.document_class = kHoldsClass,
                                 .type = std::string(kHoldsType),
                                 .id = patient.hex(),
                                 .version = now.version + 1,
                                 .text = to_json(now.holds)},
                                desk.clock.now()));
    SALUS_TRY(auto held, held_patients(desk));
    auto const found = std::ranges::find(held.patients, patient.hex());
    bool const listed = found != held.patients.end();
    if (listed != now.holds.empty()) return {};
    if (listed) {
        held.patients.erase(found);
    } else {
        held.patients.push_back(patient.hex());
    }
    if (held.patients.size() > kPatientsHeld) return fail(Errc::too_large, "too many legal holds");
    return add_document(prepared, desk.records,
                        {.document_class = kHoldsClass,
                         .type = std::string(kHoldsType),
                         .id = std::string(kHeldPatientsId),
                         .version = held.version + 1,
                         .text = to_json(held)},
                        desk.clock.now());
}

}  // namespace

Result<PatientHolds> holds_of(KeysDesk const& desk, CompartmentId const& patient) {
    SALUS_TRY(auto stored, read_document(desk.records, kHoldsClass, kHoldsType, patient.hex()));
    PatientHolds result;
    result.version = stored.version;
    if (stored.version == 0) return result;
    SALUS_TRY(result.holds, read_holds(desk.parser, std::move(stored.text)));
    return result;
}

Result<bool> is_held(KeysDesk const& desk, CompartmentId const& patient) {
    SALUS_TRY(auto const own, holds_of(desk, patient));
    SALUS_TRY(auto const of_all, holds_of(desk, whole_tenant()));
    return !own.holds.empty() || !of_all.holds.empty();
}

Result<AllHolds> all_holds(KeysDesk const& desk) {
    SALUS_TRY(auto const held, held_patients(desk));
    AllHolds all{.holds = {}, .state = "holds " + std::to_string(held.version)};
    for (auto const& each : held.patients) {
        auto const bytes = from_hex(each);
        if (!bytes || bytes->size() != sizeof(CompartmentId::Array))
            return fail(Errc::corrupt, "stored holds cannot be read");
        auto const patient = CompartmentId::from(*bytes);
        all.holds.whole_log = all.holds.whole_log || patient == whole_tenant();
        all.holds.patients.insert(patient);
        // The list itself changes with the first and the last hold of each only.
        SALUS_TRY(auto const now, holds_of(desk, patient));
        all.state.append(" ").append(each).append(":").append(std::to_string(now.version));
    }
    return all;
}

Result<request::Prepared> place_hold(KeysDesk const& desk, request::Exchange& exchange) {
    SALUS_TRY(auto const document, content_of(desk.parser, exchange));
    auto const id = document.root().text_member("patient").value_or("");
    auto const whole = document.root().member("tenant");
    auto const reason = document.root().text_member("reason").value_or("");
    bool const is_whole = whole && whole->is_boolean() && whole->boolean();
    if (id.empty() != is_whole || reason.empty() || reason.size() > kReasonBytes)
        return fail(Errc::invalid, "a legal hold names a patient or the tenant, and a reason");
    auto const patient =
        is_whole ? whole_tenant() : desk.records.addressing().patient_compartment(id);
    if (!is_whole) exchange.facts.compartment = patient;
    exchange.facts.key_operation = audit::KeyOperation{.operation = "place-hold",
                                                       .proposal = {},
                                                       .proposer = {},
                                                       .approvers = {},
                                                       .voter = {},
                                                       .decision = {}};
    // Of an erased patient nothing is left to hold but leaves: a hold on the tenant keeps them.
    if (!is_whole) {
        auto const keys_of_patient = desk.tenant.keyring.rotation().live_data_keys(patient);
        if (!keys_of_patient) return fail(keys_of_patient.error());
    }
    SALUS_TRY(auto now, holds_of(desk, patient));
    if (now.holds.size() >= kHoldsOfPatient) return fail(Errc::too_large, "too many legal holds");
    now.holds.push_back({.id = crypto::random_id(desk.random),
                         .reason = reason,
                         .client = exchange.facts.caller->facts().client.text(),
                         .placed = desk.now()});
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("hold").string(patient.hex() + "/" + now.holds.back().id);
    writer.end_object();
    auto prepared = json_answer(std::move(text), 201);
    SALUS_TRY_VOID(add_holds(prepared, desk, patient, now));
    return prepared;
}

Result<request::Prepared> list_holds(KeysDesk const& desk) {
    SALUS_TRY(auto const held, held_patients(desk));
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("holds").begin_array();
    for (auto const& patient : held.patients) {
        auto const bytes = from_hex(patient);
        if (!bytes || bytes->size() != sizeof(CompartmentId::Array))
            return fail(Errc::corrupt, "stored holds cannot be read");
        SALUS_TRY(auto const now, holds_of(desk, CompartmentId::from(*bytes)));
        for (auto const& each : now.holds) {
            writer.begin_object().key("hold").string(patient + "/" + each.id);
            writer.key("placed").integer(each.placed).key("client").string(each.client);
            writer.key("reason").string(each.reason).end_object();
        }
    }
    writer.end_array().end_object();
    return json_answer(std::move(text));
}

Result<HoldTarget> parse_hold_target(std::string_view target) {
    auto const slash = target.find('/');
    auto const patient = from_hex(target.substr(0, slash));
    if (slash == std::string_view::npos || !patient ||
        patient->size() != sizeof(CompartmentId::Array))
        return fail(Errc::invalid, "a hold is named COMPARTMENT/HOLD");
    return HoldTarget{CompartmentId::from(*patient), std::string(target.substr(slash + 1))};
}

Result<LegalHold> find_hold(KeysDesk const& desk, HoldTarget const& target) {
    SALUS_TRY(auto const now, holds_of(desk, target.patient));
    auto const found = std::ranges::find(now.holds, target.hold, &LegalHold::id);
    if (found == now.holds.end()) return fail(Errc::not_found, "there is no such legal hold");
    return *found;
}

Result<void> release_hold(request::Prepared& prepared, KeysDesk const& desk,
                          keys::Approval const& approval) {
    if (approval.operation() != keys::Operation::release_hold)
        return fail(Errc::internal, "an approval for something else");
    SALUS_TRY(auto const target, parse_hold_target(approval.target()));
    SALUS_TRY(auto now, holds_of(desk, target.patient));
    auto const gone =
        std::erase_if(now.holds, [&](LegalHold const& each) { return each.id == target.hold; });
    if (gone == 0) return fail(Errc::not_found, "there is no such legal hold");
    return add_holds(prepared, desk, target.patient, now);
}

}  // namespace salus::admin
