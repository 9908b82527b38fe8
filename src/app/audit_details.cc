#include "app/audit_details.h"

#include "app/command_line.h"
#include "foundation/limits.h"
#include "json/document.h"

namespace salus::app {

std::unique_ptr<AuditDetails> AuditDetails::connect(std::filesystem::path const& directory,
                                                    std::string const& tenant,
                                                    std::string const& client_id,
                                                    std::filesystem::path const& key_file,
                                                    std::string& why) {
    std::unique_ptr<AuditDetails> details(new AuditDetails());
    details->client_ = InstanceClient::connect(directory, why);
    if (!details->client_) return nullptr;
    details->path_ = InstanceClient::path_of(tenant);
    details->token_ = details->client_->token(key_file, client_id, "admin/audit.read", why, tenant);
    return details->token_.empty() ? nullptr : std::move(details);
}

Result<audit_views::OpenedDetail const*> AuditDetails::of(std::uint64_t index) {
    if (index >= end_) SALUS_TRY_VOID(fetch(index));
    auto const found = details_.find(index);
    return found == details_.end() ? nullptr : &found->second;
}

Result<void> AuditDetails::fetch(std::uint64_t index) {
    details_.clear();
    http::Request request;
    request.method = http::Method::get;
    request.target = EphiText(path_ + "/audit/v1/details?index=" + std::to_string(index) +
                              "&count=" + std::to_string(limits::kPageSizeLargest));
    request.headers.set("Authorization", "Bearer " + token_);
    SALUS_TRY(auto response, client_->send(std::move(request)));
    if (response.status != 200) return fail(Errc::forbidden, "the details were refused");
    json::Parser parser;
    SALUS_TRY(auto const document, parser.parse(CommandLine::text(std::move(response.body))));
    auto const details = document.root().member("details");
    if (!details || !details->is_array()) return fail(Errc::internal, "no details in the answer");
    for (auto const each : details->elements()) {
        auto const at = each.member("i");
        auto const detail = each.member("detail");
        if (!at || !detail) continue;
        auto const text = [&](std::string_view name) {
            return detail->text_member(name).value_or("");
        };
        details_[static_cast<std::uint64_t>(at->integer().value_or(-1))] = {
            .address = text("address"),
            .user_agent = text("user_agent"),
            .target = text("target"),
            .form = text("form"),
            .claimed_client = text("claimed_client")};
    }
    end_ = index + limits::kPageSizeLargest;
    return {};
}

}  // namespace salus::app
