import ArgumentParser

/// The operator's command line.
@main struct OMS: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "oms",
        abstract: "Tools for those who run the order management system.",
        discussion: "Settings come from the environment, the same names as for the processes of the fleet.",
        subcommands: [Token.self, Provision.self, Parked.self, Sink.self])
}
