#include "operations/kept_labels.h"

#include <algorithm>

#include "json/writer.h"
#include "operations/request_reader.h"
#include "request/redisclosure_notice.h"

namespace salus::operations {
namespace {

using request::Interaction;
using Labels = std::vector<json::Value>;

// What has neither system nor code names nothing, and no index and no rule knows it.
bool names_a_label(json::Value label) {
    return !label.text_member("system").value_or("").empty() ||
           !label.text_member("code").value_or("").empty();
}

Labels borne_labels(fhir::ResourceView const& resource) {
    Labels labels;
    auto const meta = RequestReader::root(resource).member("meta");
    auto const list = meta ? meta->member("security") : std::nullopt;
    if (!list || !list->is_array()) return labels;
    for (auto const label : list->elements()) labels.push_back(label);
    return labels;
}

// The identity of a label is system and code (resource-operation-meta-delete.html).
bool contains(Labels const& labels, json::Value wanted) {
    return std::ranges::any_of(labels, [&](json::Value label) {
        return label.text_member("system") == wanted.text_member("system") &&
               label.text_member("code") == wanted.text_member("code");
    });
}

std::vector<std::string> codes_of(Labels const& labels) {
    std::vector<std::string> codes;
    for (auto const label : labels) codes.push_back(label.text_member("code").value_or(""));
    return codes;
}

EphiText with_labels(json::Value root, Labels const& labels) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object();
    for (auto const member : root.members()) {
        writer.key(member.name());
        if (!member.is_named("meta")) {
            writer.raw(member.value.raw());
            continue;
        }
        writer.begin_object();
        for (auto const each : member.value.members()) {
            if (!each.is_named("security")) writer.key(each.name()).raw(each.value.raw());
        }
        if (!labels.empty()) {
            writer.key("security").begin_array();
            for (auto const label : labels) writer.raw(label.raw());
            writer.end_array();
        }
        writer.end_object();
    }
    writer.end_object();
    return EphiText(std::move(text));
}

// A patch, or $meta-delete, names what it takes away; an update says what there is.
bool takes_away_by_name(Interaction interaction) {
    return interaction != Interaction::update;
}

// What the write takes the place of, as far as it has content: of a resource that was deleted, what
// was deleted.
Result<records::StoredDocument> replaced_by(Context const& context, Staging const& staging) {
    auto const type = staging.resource.type().name.text();
    SALUS_TRY(auto document, context.records.get(staging.interaction, type, staging.id));
    if (document && document->state == store::VersionState::deleted) {
        auto const before = document->version - 1;
        SALUS_TRY(document,
                  context.records.get_version(staging.interaction, type, staging.id, before));
    }
    bool const there = document && document->state == store::VersionState::live;
    if (!there) return fail(Errc::not_found, "no such resource");
    return *std::move(document);
}

using Removal = request::LabelRemoval::Verdict;

std::unexpected<Error> refusal(Removal verdict) {
    if (verdict == Removal::sign_in_first) {
        return fail(Errc::unauthenticated,
                    "to take a security label away the person has to sign in again, or with a "
                    "stronger factor");
    }
    return fail(Errc::forbidden,
                "the policy does not permit taking a security label away (declassify)");
}

}  // namespace

Result<EphiText> with_kept_labels(Context const& context, Staging const& staging, EphiText text) {
    SALUS_TRY(bool const none, context.records.replaces_no_label(
                                   staging.interaction, staging.resource.type().name.text(),
                                   staging.id, staging.version - 1));
    if (none) return text;
    SALUS_TRY(auto const replaced, replaced_by(context, staging));
    SALUS_TRY(auto const before, fhir::Reader::index(replaced.text.clone(), context.parser));
    auto old_labels = borne_labels(before.view());
    std::erase_if(old_labels, [](json::Value label) { return !names_a_label(label); });
    // A patch begins with what is stored; $meta-add says what it wants.
    bool const bears_notice =
        staging.interaction == Interaction::update && context.records.bears_notice(replaced);
    if (old_labels.empty() && !bears_notice) return text;
    SALUS_TRY(auto const after, fhir::Reader::index(text.clone(), context.parser));
    auto labels = borne_labels(after.view());
    auto const comes_back = std::erase_if(labels, [&](json::Value label) {
        return bears_notice && request::forbids_redisclosure(label) && !contains(old_labels, label);
    });
    Labels lost;
    std::ranges::copy_if(old_labels, std::back_inserter(lost),
                         [&](json::Value label) { return !contains(labels, label); });
    if (!lost.empty()) {
        bool const by_name = takes_away_by_name(staging.interaction);
        SALUS_TRY(auto const verdict, context.records.may_lose_labels(replaced, before.view(),
                                                                      codes_of(lost), by_name));
        if (verdict != Removal::permitted && by_name) return refusal(verdict);
        if (verdict == Removal::permitted) lost.clear();
    }
    if (comes_back == 0 && lost.empty()) return text;
    labels.insert(labels.end(), lost.begin(), lost.end());
    return with_labels(RequestReader::root(after.view()), labels);
}

}  // namespace salus::operations
