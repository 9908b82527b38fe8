// 45 CFR 164.528
#include "operations/operation_definitions.h"

#include <algorithm>
#include <array>
#include <span>

#include "foundation/check.h"
#include "foundation/literal.h"
#include "json/writer.h"

namespace salus::operations {
namespace {

using request::Interaction;

struct Parameter {
    Literal name;
    Literal type;
    Literal documentation;
};
struct Definition {
    Interaction interaction;
    Literal id;
    Literal name;
    Literal code;
    Literal title;
    Literal description;
    std::span<Parameter const> parameters;
};

constexpr Parameter kStart{"start", "date", "From the begin of this day, month or year"};
constexpr Parameter kEnd{"end", "date", "To the end of this day, month or year"};
constexpr std::array kAccounting{
    kStart, kEnd,
    Parameter{"exempt", "boolean", "Also disclosures that 45 CFR 164.528(a)(1) exempts"}};
constexpr std::array kAccessReport{kStart, kEnd};

constexpr std::array kDefinitions{
    Definition{Interaction::accounting, "Patient-accounting", "Accounting", "accounting",
               "Accounting of disclosures",
               "The disclosures of a patient's records in a period, six years if none is given, as "
               "45 CFR 164.528 wants them accounted for: a document whose Composition says for "
               "each recipient and purpose the first, the number and the last, with an AuditEvent "
               "and its proof for each.",
               kAccounting},
    Definition{Interaction::access_report, "Patient-access-report", "AccessReport", "access-report",
               "Access report",
               "Every access to a patient's records in a period, six years if none is given, "
               "refusals among them: a document of the form of the accounting.",
               kAccessReport},
};

Definition const* find(std::string_view id) noexcept {
    auto const* found =
        std::ranges::find(kDefinitions, id, [](Definition const& each) { return each.id.text(); });
    return found == kDefinitions.end() ? nullptr : found;
}

void write_parameter(json::Writer& writer, std::string_view name, std::string_view use, int least,
                     std::string_view documentation, std::string_view type) {
    writer.begin_object().key("name").string(name).key("use").string(use);
    writer.key("min").integer(least).key("max").string("1");
    writer.key("documentation").string(documentation).key("type").string(type).end_object();
}

}  // namespace

std::string_view definition_id_of(Interaction interaction) noexcept {
    auto const* found = std::ranges::find(kDefinitions, interaction, &Definition::interaction);
    return found == kDefinitions.end() ? std::string_view() : found->id.text();
}

bool is_own_definition(std::string_view id) noexcept {
    return find(id) != nullptr;
}

std::string definition_address(std::string_view base, std::string_view id) {
    return std::string(base).append("/OperationDefinition/").append(id);
}

std::string operation_definition(std::string_view base, std::string_view id) {
    auto const* definition = find(id);
    SALUS_CHECK(definition != nullptr);
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("resourceType").string("OperationDefinition");
    writer.key("id").string(id).key("url").string(definition_address(base, id));
    writer.key("version").string(SALUS_VERSION).key("name").string(definition->name.text());
    writer.key("title").string(definition->title.text()).key("status").string("active");
    writer.key("kind").string("operation").key("publisher").string("Salus");
    writer.key("description").string(definition->description.text());
    writer.key("affectsState").boolean(false).key("code").string(definition->code.text());
    writer.key("resource").begin_array().string("Patient").end_array();
    writer.key("system").boolean(false).key("type").boolean(false).key("instance").boolean(true);
    writer.key("parameter").begin_array();
    for (auto const& parameter : definition->parameters) {
        write_parameter(writer, parameter.name.text(), "in", 0, parameter.documentation.text(),
                        parameter.type.text());
    }
    write_parameter(writer, "return", "out", 1, "A Bundle of type document", "Bundle");
    writer.end_array().end_object();
    return out;
}

}  // namespace salus::operations
