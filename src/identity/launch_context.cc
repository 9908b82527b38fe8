#include "identity/launch_context.h"

#include "identity/json_members.h"

namespace salus::identity {

std::string LaunchContext::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_bytes(writer, "secret", secret);
    writer.key("client").string(client.text());
    if (user) writer.key("user").string(user->text());
    write_text(writer, "patient", patient);
    write_text(writer, "encounter", encounter);
    write_time(writer, "expires", expires);
    writer.end_object();
    return out;
}

Result<LaunchContext> LaunchContext::from_json(json::Value root) {
    LaunchContext context;
    SALUS_TRY(context.secret, digest_in(root, "secret"));
    SALUS_TRY(auto const client, text_in(root, "client"));
    context.client = ClientId(client);
    if (auto const user = root.text_member("user")) context.user = UserId(*user);
    context.patient = root.text_member("patient").value_or("");
    context.encounter = root.text_member("encounter").value_or("");
    SALUS_TRY(context.expires, time_in(root, "expires"));
    return context;
}

}  // namespace salus::identity
